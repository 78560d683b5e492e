"""What is said and asked when a supervisor dials *80 to *83 and the number of an agent who talks.

Rules of this file: as in `dialogue.py`. Who is not logged in at this telephone as a supervisor identifies himself by
number and PIN first; only then it is told whether anybody talks.
"""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from agents.people.rules import LONGEST_PIN
from agents.people.services import AgentUnknown, PinWrong
from agents.presence.services import SessionInForce
from telephony.agi.codes import Action, Code
from telephony.agi.ports import House, Phone
from telephony.core.listening import Way
from telephony.supervision.services import NotASupervisor

TRIES = 3
AGENT_NUMBER_DIGITS = 4
WAYS = {
    Action.LISTEN: Way.LISTEN,
    Action.WHISPER: Way.WHISPER,
    Action.BARGE: Way.BARGE,
    Action.TAKE_OVER: Way.TAKE_OVER,
}
#: What a supervisor hears before he hears the talk.
CONFIRMED = {
    Way.LISTEN: "you-listen",
    Way.WHISPER: "you-whisper",
    Way.BARGE: "you-barge",
    Way.TAKE_OVER: "you-take-over",
}


class Speaks(Protocol):
    """The dialogue, as far as it is needed here."""

    def say(self, phrase: str) -> None:
        """In the supervisor's language. Raises HungUp."""

    def ask(self, phrase: str, most: int) -> str:
        """What was keyed. Raises HungUp."""

    def speak_as_to(self, agent_number: str) -> None:
        """From now on in this agent's language."""

    def say_tries(self, tries: object) -> None:
        """The PIN was wrong; so many tries are left."""


def supervise(speaks: Speaks, phone: Phone, house: House, code: Code, session: SessionInForce | None) -> None:
    """Bring the supervisor into the talk, or say why not. Raises what the services raise."""
    here = session is not None and house.is_supervisor(session.agent_id)
    who = session.agent_id if session is not None and here else _identified(speaks, house)
    if who is None:
        return
    number = code.digits or speaks.ask("key-agent-listened", AGENT_NUMBER_DIGITS)
    if not number:
        speaks.say("nothing-keyed")
        return
    way = WAYS[code.action]
    if house.supervise(way, who, number, phone.endpoint, phone.channel):
        speaks.say("not-possible-now")
        return
    speaks.say(CONFIRMED[way])
    phone.join()


def _identified(speaks: Speaks, house: House) -> UUID | None:
    check: Callable[[str, str], UUID] = house.check_pin
    for _ in range(TRIES):
        number = speaks.ask("key-supervisor-number", AGENT_NUMBER_DIGITS)
        if number:
            speaks.speak_as_to(number)
        pin = speaks.ask("key-agent-pin", LONGEST_PIN) if number else ""
        if not pin:
            speaks.say("nothing-keyed")
            continue
        try:
            who = check(number, pin)
        except AgentUnknown:
            speaks.say("wrong-login")
        except PinWrong as wrong:
            speaks.say_tries(wrong.details["tries_left"])
        else:
            if not house.is_supervisor(who):
                raise NotASupervisor
            return who
    return None
