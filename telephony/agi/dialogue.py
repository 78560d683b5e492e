"""What is said and asked when an agent dials a code.

Rules of this file: it knows a phone and a house by their ports and nothing of Asterisk or tables. Whatever was asked,
the last thing spoken is the state that came of it, or why not; an error that nobody foresaw is spoken as server
trouble and raised again, so that it is logged, and never sounds like success.
"""

from datetime import datetime

from agents.people.rules import LONGEST_PIN
from agents.people.services import AgentInactive, AgentUnknown, PinLocked, PinNotSet, PinWrong
from agents.presence.rules import ON_A_CALL
from agents.presence.services import (
    AnotherAgentHere,
    NoSeatLeased,
    NotLoggedIn,
    PauseReasonUnknown,
    PresenceState,
    SeatOfAnotherTenant,
    SeatsFull,
    SessionInForce,
    TelephoneNotAllowed,
)
from seatline.errors import SeatlineError, Unavailable
from telephony.agi.codes import Action, Code, CodeUnknown, parse
from telephony.agi.ports import House, HungUp, Phone
from telephony.agi.supervising import WAYS, supervise
from telephony.requests.services import CallIsOver
from telephony.supervision.services import MayNot, NoSuchTalk, NotASupervisor

# Tries to key something; the house itself counts wrong PINs over all phones.
INPUT_TRIES = 3
AGENT_NUMBER_DIGITS = 4
UNTIL_KNOWN = "en"

# Why something is refused, in a phrase; what needs more words is spoken where it happens.
REFUSALS: dict[type[SeatlineError], str] = {
    AgentInactive: "agent-inactive",
    AgentUnknown: "wrong-login",
    AnotherAgentHere: "another-agent-here",
    CodeUnknown: "unknown-code",
    NoSeatLeased: "no-seat-leased",
    NotLoggedIn: "not-logged-in",
    PauseReasonUnknown: "no-such-reason",
    PinNotSet: "pin-not-set",
    SeatOfAnotherTenant: "seat-of-another",
    SeatsFull: "seats-full",
    TelephoneNotAllowed: "telephone-not-allowed",
    CallIsOver: "no-such-talk",
    MayNot: "not-a-supervisor",
    NoSuchTalk: "no-such-talk",
    NotASupervisor: "not-a-supervisor",
}


class PhoneUnknown(Unavailable):
    """Asterisk does not say on which phone the code was dialled: CHANNEL(endpoint) is empty."""


class Dialogue:
    """One code on one phone, from the first word to the last."""

    def __init__(self, phone: Phone, house: House) -> None:
        self._phone = phone
        self._house = house
        self._language = UNTIL_KNOWN

    def run(self, dialled: str) -> None:
        """Do what the code asks and speak what came of it. Raises HungUp, and what nobody foresaw."""
        try:
            code = parse(dialled)
            if not self._phone.endpoint:
                raise PhoneUnknown
            session = self._house.session_at(self._phone.endpoint)
            if session is not None:
                self._language = session.language
            if code.action in WAYS:
                supervise(self, self._phone, self._house, code, session)
            else:
                self._act(code, session)
        except HungUp:
            raise
        except PinLocked as locked:
            until = locked.details["until"]
            assert isinstance(until, datetime)
            self._say("agent-pin-locked")
            self._say_number(self._house.minutes_until(until))
        except SeatlineError as refused:
            phrase = REFUSALS.get(type(refused))
            self._say(phrase or "server-trouble")
            if phrase is None:
                raise
        except Exception:
            self._say("server-trouble")
            raise

    def _act(self, code: Code, session: SessionInForce | None) -> None:
        endpoint, house = self._phone.endpoint, self._house
        match code.action:
            case Action.LOG_IN:
                self._log_in_here(code.digits, session)
            case Action.TOGGLE_LOGIN if session is None:
                self._log_in("")
            case Action.TOGGLE_LOGIN | Action.LOG_OUT:
                self._phone.sits_here(house.log_out(endpoint), gone=True)
                self._say("logged-out")
            case Action.TOGGLE_PAUSE:
                on = session is not None and session.paused
                self._now(house.unpause(endpoint) if on else house.pause(endpoint, ""))
            case Action.PAUSE:
                self._now(house.pause(endpoint, code.digits))
            case Action.UNPAUSE:
                self._now(house.unpause(endpoint))
            case Action.FINISH_WRAP_UP:
                self._say_state(house.finish_wrap_up(endpoint))
            case Action.CALLERS_WAITING:
                self._say_waiting(session)
            case Action.STATUS:
                self._say_state(session)
            case Action.NOBODY_TO_CALL_BACK | Action.NUMBER if session is None:
                self._say_in_both("not-logged-in")
            case Action.NOBODY_TO_CALL_BACK:
                self._say("no-callback")
            case Action.NUMBER:  # the switch takes whatever an agent dials: it is away
                self._say("server-trouble")

    def _log_in_here(self, agent_number: str, session: SessionInForce | None) -> None:
        if session is None:
            self._log_in(agent_number)
        elif session.agent_number == agent_number:
            self._say_state(session)
        else:
            raise AnotherAgentHere(endpoint=self._phone.endpoint)

    def _log_in(self, given_number: str) -> None:
        """Ask for what is missing, three times at most, and log in. Raises why not."""
        for _ in range(INPUT_TRIES):
            number = given_number or self._ask("key-agent-number", AGENT_NUMBER_DIGITS)
            self.speak_as_to(number)
            pin = self._ask("key-agent-pin", LONGEST_PIN) if number else ""
            if not pin:
                self._say("nothing-keyed")
                continue
            try:
                session = self._house.log_in(number, pin, self._phone.endpoint)
            except AgentUnknown:
                self._say("wrong-login")
            except PinWrong as wrong:
                self.say_tries(wrong.details["tries_left"])
            else:
                self._phone.sits_here(session)
                self._say("logged-in")
                return

    def _now(self, session: SessionInForce) -> None:
        """The session has changed: the fallback learns of it from here too, since there may be no switch."""
        self._phone.sits_here(session)
        self._say_state(session)

    def _say_state(self, session: SessionInForce | None) -> None:
        if session is None:
            raise NotLoggedIn
        state = self._house.state_of(session)
        on_a_call = state in ON_A_CALL
        if on_a_call:
            self._say("on-a-call")
        if session.ends_when_free:
            self._say("lease-over")
        elif session.paused and on_a_call:
            self._say("pause-after-call")
        elif session.paused:
            self._say("paused")
        elif state is PresenceState.WRAP_UP:
            self._say("in-wrap-up")
        elif not on_a_call:
            self._say("ready")
        if session.paused and session.pause_reason.isdigit():
            self._say("pause-reason")
            self._say_number(session.pause_reason)

    def _say_waiting(self, session: SessionInForce | None) -> None:
        if session is None:
            raise NotLoggedIn
        waiting = self._house.callers_waiting(session.tenant_id)
        if waiting is not None:
            self._say("callers-waiting")
            self._say_number(waiting)
        self._say_state(session)

    def say(self, phrase: str) -> None:
        """In the language of whoever is at the telephone. Raises HungUp."""
        self._say(phrase)

    def ask(self, phrase: str, most: int) -> str:
        """What was keyed, at most so many digits. Raises HungUp."""
        return self._ask(phrase, most)

    def speak_as_to(self, agent_number: str) -> None:
        """From now on in this agent's language; as before to nobody who is known."""
        if agent_number:
            self._language = self._house.language_of(agent_number) or self._language

    def say_tries(self, tries: object) -> None:
        """The PIN was wrong; so many tries are left."""
        self._say("wrong-login")
        self._say("tries-left")
        self._say_number(tries)

    def _say(self, phrase: str) -> None:
        self._phone.say(phrase, self._language)

    def _say_in_both(self, phrase: str) -> None:
        """To somebody of whom nothing is known, his language neither."""
        for language in ("zh", "en"):
            self._phone.say(phrase, language)

    def _say_number(self, number: object) -> None:
        for digit in str(number):
            self._say(f"digit-{digit}")

    def _ask(self, phrase: str, most: int) -> str:
        return self._phone.ask(phrase, self._language, most)
