"""The small world of a story: a client enterprise of its own, with a number, a flow, a queue, agents and their phones.

Everything is made through services in the rig's database. Leases and assignments begin a day ago and have no end
unless a story gives one in seconds from now: no story depends on the hour at which it is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from seatline.clock import now
from tests.acceptance.rig import Rig
from tests.acceptance.rig_phone import RigPhone
from tests.acceptance.sound import write_tone
from tests.acceptance.waiting import wait_until
from tests.builders.agents import PIN, an_agent
from tests.builders.telephony import a_published_flow, a_queue
from tests.builders.tenants import a_lease, a_number, a_room, a_tenant

SECRET = "a-phone-secret-of-the-rig"
SECOND = timedelta(seconds=1)
CALLER_HERTZ = 440  # what every caller who speaks in tones says
GREETING_HERTZ = 620
_QUICK: Mapping[str, Any] = {"wrap_up": SECOND, "ring": 4 * SECOND}
_numbers = count(201)  # the last digits of dialled numbers
_seats = count(11)  # seats below are for the rig's own tests
_agents = count(5001)
_markers = count(1)  # phones that nobody has

DEFINITION: Mapping[str, Any] = {
    "start": "menu",
    "nodes": {
        "menu": {"kind": "menu", "say": ["greeting"], "choices": {"0": "agent"}, "otherwise": "wrong", "wait": 2},
        "agent": {"kind": "queue", "queue": "service"},
        "wrong": {"kind": "finish", "outcome": "wrong_keys"},
    },
}


@dataclass(frozen=True)
class Place:
    """An agent and the phone at which this agent sits; what the agent says is a tone."""

    agent: str
    endpoint: str
    seat: int
    hertz: int


@dataclass(frozen=True)
class Client:
    """A client enterprise, made for one story."""

    rig: Rig = field(repr=False)
    code: str
    e164: str
    dialled: str  # the number as callers in town dial it
    places: tuple[Place, ...]

    def phone(self, place: int = 0, *, answers: bool = True, record: bool = False) -> RigPhone:
        """The phone of a place, registered; nobody is logged in by that."""
        there = self.places[place]
        speech = write_tone(self.rig.folder / "tones" / f"{there.hertz}.wav", there.hertz, 120)
        return self.rig.phone(
            there.endpoint, SECRET, number=there.agent, pin=PIN, answers=answers, record=record, speech=speech
        )

    def at_work(self, place: int = 0, *, answers: bool = True, record: bool = False) -> RigPhone:
        """The phone of a place, and its agent logged in and ready: as by *45, without the half minute of dialling."""
        phone = self.phone(place, answers=answers, record=record)
        self.log_in(place)
        return phone

    def first_to_answer(self) -> tuple[int, int]:
        """Waits until one of the two agents talks; the places of the agent who talks and of the other."""
        one, other = (place.agent for place in self.places)
        wait_until(lambda: "talking" in (state_of(one), state_of(other)), 10)
        return (0, 1) if state_of(one) == "talking" else (1, 0)

    def say_tone(self, prompt: str) -> None:
        """Let the client's callers hear a short tone in place of a prompt's words."""
        from telephony.plans.services import set_prompt
        from tenants.accounts.models import Tenant
        from tenants.accounts.scope import operator_scope

        sound = write_tone(self.rig.var / "sounds" / "prompts" / f"{GREETING_HERTZ:08}.wav", GREETING_HERTZ, 0.8)
        with operator_scope():
            set_prompt(Tenant.objects.get(code=self.code), prompt, "en", "A tone.", sha=sound.stem, source="upload")

    def log_in(self, place: int = 0) -> None:
        """The agent's session, as the phone code makes it."""
        from agents.presence.services import log_in

        there = self.places[place]
        log_in(there.agent, PIN, there.endpoint, there.seat, now())
        wait_until(lambda: state_of(there.agent) == "ready", 5, f"{there.agent} ready")
        wait_for_plan(self.rig)

    def log_out(self, place: int = 0) -> None:
        """The agent's session ends, as by *44."""
        from agents.presence.services import log_out
        from tenants.accounts.scope import telephony_scope

        with telephony_scope():
            log_out(endpoint=self.places[place].endpoint, at=now())
        wait_for_plan(self.rig)

    def unpause(self, place: int = 0) -> None:
        """The agent takes calls again, as by *460."""
        from agents.presence.services import unpause
        from tenants.accounts.scope import telephony_scope

        with telephony_scope():
            unpause(self.places[place].endpoint, now())
        wait_for_plan(self.rig)

    def pause(self, place: int = 0, reason: str = "") -> None:
        """The agent takes no calls, as by *46."""
        from agents.presence.services import pause
        from tenants.accounts.scope import telephony_scope

        with telephony_scope():
            pause(self.places[place].endpoint, reason, now())
        wait_for_plan(self.rig)


def a_client(
    rig: Rig, code: str, *, agents: int = 1, seats: int = 6, ends_at: datetime | None = None,
    definition: Mapping[str, Any] | None = None, lease_ends_at: datetime | None = None,
    **rules: Any,
) -> Client:  # fmt: skip
    """A client whose greeting is a tone and whose key 0 leads to its queue; the switch knows of it when this returns.

    `ends_at` is the end of the number's assignment; `rules` are the queue's.
    """
    from telephony.plans.services import make_phone
    from tenants.accounts.scope import operator_scope
    from tenants.numbers.services import assign_number

    dialled = f"96968{next(_numbers):03}"
    client = Client(rig, code, f"+8621{dialled}", dialled, tuple(_a_place() for _ in range(max(agents, 1))))
    since = now() - timedelta(days=1)
    with operator_scope():
        a_room(900)
        tenant = a_tenant(code, language="en")
        a_lease(tenant, seats, starts_at=since, at=since, ends_at=lease_ends_at)
        assign_number(a_number(client.e164).e164, tenant, since, ends_at)
        a_queue(tenant, **{**_QUICK, **rules})
        client.say_tone("greeting")
        a_published_flow(tenant, definition=dict(definition or DEFINITION), answers=client.e164)
        for place in client.places:
            if agents:
                an_agent(tenant, place.agent, language="en")
            make_phone(place.endpoint, SECRET, seat=place.seat)
    wait_for_plan(rig)
    return client


def wait_for_plan(rig: Rig) -> None:
    """Wait until the switch knows all that was changed before, in plan and presence: then it pushes a new phone.

    It asks PostgreSQL for one thing after another, in the order in which it heard of changes.
    """
    from telephony.plans.services import make_phone
    from tenants.accounts.scope import operator_scope

    marker = f"seat-9{next(_markers):03}"
    with operator_scope():
        make_phone(marker, SECRET)
    wait_until(lambda: rig.ari(f"endpoints/PJSIP/{marker}"), 10, "the switch to take in the plan")


def _a_place() -> Place:
    seat = next(_seats)
    return Place(str(next(_agents)), f"seat-{seat:03}", seat, 700 + 10 * seat)


def caller_voice(rig: Rig) -> Path:
    """What callers say who speak in tones."""
    path = rig.folder / "tones" / "caller.wav"
    return path if path.exists() else write_tone(path, CALLER_HERTZ)


def keys(*pressed: tuple[float, str]) -> tuple[tuple[timedelta, str], ...]:
    """Keys by the seconds after the answer at which they are pressed."""
    return tuple((timedelta(seconds=after), digits) for after, digits in pressed)


def state_of(agent: str) -> str | None:
    """What an agent is doing, as far as the switch has told presence; None if not logged in."""
    from agents.presence.services import sessions_in_force, state_of
    from tenants.accounts.scope import telephony_scope

    with telephony_scope():
        for session in sessions_in_force():
            if session.agent_number == agent:
                return str(state_of(session.session_id))
    return None


def wait_for_state(agent: str, state: str | None, patience: float = 10.0) -> None:
    """Wait until an agent is in a state; None: logged out."""
    wait_until(lambda: state_of(agent) == state, patience, f"agent {agent} {state or 'logged out'}")


def reason_of(agent: str) -> str:
    """The reason of the newest event that presence has of an agent."""
    from agents.people.services import find_agent
    from agents.presence.models import PresenceEvent
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        events = PresenceEvent.objects.filter(agent_id=find_agent(agent).agent_id).order_by("-at", "-id")
        return str(events.values_list("reason", flat=True).first())


def facts_of(report: Mapping[str, Any]) -> list[str]:
    """The kinds of a call's facts as the ledger has them, in order."""
    from telephony.journal.models import LedgerEntry
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        entries = LedgerEntry.objects.filter(call_id=report["call_id"]).order_by("seq")
        return list(entries.values_list("kind", flat=True))


def open_calls(dialled: str) -> Sequence[Any]:
    """The calls to a number that the ledger has and that have not ended."""
    from telephony.journal.models import Call
    from tenants.accounts.scope import operator_scope

    with operator_scope():
        return list(Call.objects.filter(dialled__endswith=dialled, ended_at__isnull=True).order_by("started_at"))
