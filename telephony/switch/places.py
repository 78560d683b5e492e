"""Which of several Asterisk nodes a call is on: a call lives whole where its caller came in.

Asterisk puts its own name (`systemname`) before every channel's, so a caller's channel tells its node, also to a switch
that begins anew. A call that begins with a leg of ours, as a callback does, is made on the first node. Pure.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from telephony.core.naming import call_in_name
from telephony.core.values import CallId, ChannelId, Endpoint

HOME = "seatline"  # the first node's name; the only one on most machines
REMEMBERED = 20_000  # calls, those that have ended too: their last requests come after their end


@dataclass(frozen=True, slots=True)
class Place:
    """Where one Asterisk is."""

    name: str  #: its `systemname`
    ari_url: str
    ami_host: str
    ami_port: int

    @classmethod
    def read(cls, text: str) -> "Place":
        """From `node-2=http://10.0.0.2:8088/ari=10.0.0.2:5038`; raises ValueError."""
        name, url, ami = text.split("=")
        host, _, port = ami.rpartition(":")
        if not name or not host or not urlsplit(url).hostname:
            raise ValueError(text)
        return cls(name, url, host, int(port))


class Places:
    """Where each call is; `begun_by` gives the channel that a call which goes on began with."""

    def __init__(self, names: Sequence[str], begun_by: Callable[[CallId], ChannelId | None]) -> None:
        self.names = tuple(names)
        self._begun_by = begun_by
        self._known: OrderedDict[CallId, str] = OrderedDict()

    def note(self, call: CallId, name: str) -> None:
        """The call is on this node."""
        self._known[call] = name
        self._known.move_to_end(call)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def of_call(self, call: CallId) -> str:
        """The call's node."""
        if len(self.names) == 1:
            return self.names[0]
        if call not in self._known:
            channel = self._begun_by(call)
            if channel is None:
                return self.names[0]
            self.note(call, self.of_name(channel))
        return self._known[call]

    def of_channel(self, channel: ChannelId) -> str:
        """The node that has the channel: of a leg that we made, its call's."""
        named = self._in_name(channel)
        if named is not None:
            return named
        call = call_in_name(channel)
        return self.names[0] if call is None else self.of_call(call)

    def on(self, name: str, calls: Iterable[CallId]) -> set[CallId]:
        """Those of the calls that are on this node."""
        return {call for call in calls if self.of_call(call) == name}

    def of_name(self, channel: str) -> str:
        """The node whose name the channel has; the first, if it has none's."""
        return self._in_name(channel) or self.names[0]

    def _in_name(self, channel: str) -> str | None:
        return next((name for name in self.names if channel.startswith(f"{name}-")), None)


class Sightings:
    """What several nodes say of telephones, as that they are there: one that says so is enough."""

    def __init__(self) -> None:
        self._by: dict[Endpoint, set[str]] = {}

    def see(self, name: str, endpoint: Endpoint, yes: bool) -> bool:
        """What this node says now of one; whether it is so by any of them."""
        said = self._by.setdefault(endpoint, set())
        (said.add if yes else said.discard)(name)
        return bool(said)

    def forget(self, name: str) -> list[Endpoint]:
        """This node is gone; those of which nobody says so any more."""
        lost = [endpoint for endpoint, said in self._by.items() if said == {name}]
        for said in self._by.values():
            said.discard(name)
        return lost
