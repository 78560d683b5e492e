"""An agent's phone of the rig: baresip, which registers, answers and records what it hears."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from seatline.house.baresip import PhoneEvent
from seatline.house.phones import AgentAtPhone

if TYPE_CHECKING:
    from tests.acceptance.rig import Rig


@dataclass
class RigPhone:
    """An agent's phone, for synchronous stories."""

    rig: "Rig" = field(repr=False)
    agent: AgentAtPhone

    @property
    def endpoint(self) -> str:
        """Its account at Asterisk."""
        return self.agent.phone.account.endpoint

    def log_in(self, code: str = "*45") -> None:
        """Dial the code, key number and PIN, listen to the end."""
        self.rig.do(self.agent.log_in(code))

    def dial_code(self, code: str) -> None:
        """Dial a code that asks nothing."""
        self.rig.do(self.agent.dial_code(code))

    def wait_for(self, event: str, patience: float = 10.0, since: int = 0) -> None:
        """Wait for one of baresip's events, such as CALL_ESTABLISHED."""
        self.rig.do(self.agent.phone.wait_for(event, timedelta(seconds=patience), since=since))

    def mark(self) -> int:
        """Now, for `wait_for`'s `since`."""
        return self.agent.phone.mark()

    def happened(self, event: str, since: int) -> bool:
        """Whether one of baresip's events came after the mark `since`."""
        return any(one.no > since and one.type == event for one in self.agent.phone.events)

    def last(self, event: str) -> PhoneEvent:
        """The newest of baresip's events of a type."""
        return next(one for one in reversed(self.agent.phone.events) if one.type == event)

    def hang_up(self) -> None:
        """The agent ends the call."""
        self.rig.do(self.agent.phone.hang_up())

    def hold(self) -> None:
        """The agent puts the other on hold."""
        self.rig.do(self.agent.phone.command("hold"))

    def take_back(self) -> None:
        """The agent takes the call back from hold."""
        self.rig.do(self.agent.phone.command("resume"))

    def key(self, digits: str) -> None:
        """The agent presses keys while talking."""
        self.rig.do(self.agent.phone.key(digits))

    def refer(self, number: str) -> None:
        """The agent sends the other on to a number, by SIP REFER."""
        self.rig.do(self.agent.phone.command("transfer", number))

    def heard(self) -> list[Path]:
        """Sound files of what this phone heard."""
        return [path for path in self.agent.phone.recordings if path.name.endswith("-dec.wav")]

    def stop(self) -> None:
        """Switch it off: it hangs up and gives its registration back."""
        self.rig.do(self.agent.phone.stop())

    def pull_plug(self) -> None:
        """It is gone without a word: Asterisk goes on to think that it is there."""
        self.agent.phone.kill()
