"""What is put on record of a call; past tense, frozen. The ledger keeps them for ever, projections read them.

Rules of this file: a kind is never renamed and a field never given another meaning, since ledgers of years hold it;
new fields have defaults. Keyed digits that may be secret are never in a fact: a menu's choice is the name of the node
it led to.
"""

from dataclasses import dataclass
from uuid import UUID

from telephony.core.fact_base import Fact as Fact  # noqa: PLC0414  whoever keeps facts names it
from telephony.core.facts_of_callbacks import AgentTook as AgentTook  # noqa: PLC0414
from telephony.core.facts_of_callbacks import CallbackAsked as CallbackAsked  # noqa: PLC0414
from telephony.core.facts_of_callbacks import CallbackBegun as CallbackBegun  # noqa: PLC0414
from telephony.core.facts_of_callbacks import DialBegun as DialBegun  # noqa: PLC0414
from telephony.core.facts_of_callbacks import LineChanged as LineChanged  # noqa: PLC0414
from telephony.core.facts_of_listening import ListeningBegan as ListeningBegan  # noqa: PLC0414
from telephony.core.facts_of_listening import ListeningChanged as ListeningChanged  # noqa: PLC0414
from telephony.core.facts_of_listening import ListeningEnded as ListeningEnded  # noqa: PLC0414
from telephony.core.facts_of_listening import RecordingPaused as RecordingPaused  # noqa: PLC0414
from telephony.core.facts_of_listening import RecordingResumed as RecordingResumed  # noqa: PLC0414
from telephony.core.facts_of_listening import TalkTakenOver as TalkTakenOver  # noqa: PLC0414
from telephony.core.values import EndedBy, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived(Fact):
    """A call came in."""

    dialled: str
    caller: str
    caller_name: str = ""
    sip_call_id: str = ""
    channel: str = ""
    practice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered(Fact):
    """The call was answered by the house; from here the caller may be charged by the carrier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEntered(Fact):
    """A flow took the call; with `merchant` when the caller chose a merchant of a shared number."""

    flow: UUID
    flow_code: str
    version: int
    merchant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesPassed(Fact):
    """The call went through these nodes and waits for the caller at the last."""

    path: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntered(Fact):
    """The caller began to wait."""

    queue: UUID
    queue_code: str
    position: int = 0  #: the place at first, from 1; 0: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(Fact):
    """The caller waits no longer; `reason` is connected, abandoned, exit_with_key, or the outcome of a vain wait."""

    reason: str
    key: str = ""  #: the key of exit_with_key
    position: int = 0  #: the place at the end, from 1; 0: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForeseen(Fact):
    """The caller was told the place in the queue; `seconds` is the wait expected from now on, -1: it was not said."""

    position: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOffered(Fact):
    """An agent's phone is rung for this call."""

    leg: int
    agent: UUID
    endpoint: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMissed(Fact):
    """The agent's phone did not answer, was busy or could not be reached; `cause` is a Q.850 number."""

    leg: int
    agent: UUID
    cause: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConnected(Fact):
    """Agent and caller talk."""

    leg: int
    agent: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideDialled(Fact):
    """A number outside is called over a trunk, showing the tenant's `caller_id`; all numbers in E.164."""

    leg: int
    number: str
    trunk: str
    caller_id: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAnswered(Fact):
    """The number outside has answered; from here the carrier charges. It does not talk with the caller yet."""

    leg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideConnected(Fact):
    """The outside and the caller talk."""

    leg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideFailed(Fact):
    """The number outside does not take the call; with leg 0, which is the caller's, it was not even dialled.

    `reason` is a word of `lines.Refusal`, or trunk_failed, not_answered (busy and refused too: `cause`, a Q.850
    number, says which) or not_confirmed.
    """

    number: str
    reason: str
    leg: int = 0
    trunk: str = ""
    cause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferBegun(Fact):
    """The agent of this leg sent the caller on, and is out of the call: `to` an agent, queue, merchant or outside. Leg
    `aside`, the caller's, hears music meanwhile."""

    leg: int
    target: str
    to: str = ""
    aside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(Fact):
    """The caller could not be sent there: unknown, busy, not_now or a word of `lines.Refusal` (nothing has changed),
    or not_answered."""

    leg: int
    target: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultBegun(Fact):
    """The agent of this leg has a third called: `to` an agent, a queue or outside. Leg `aside`, the caller's, hears
    music meanwhile."""

    leg: int
    target: str
    to: str = ""
    aside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultAnswered(Fact):
    """The third, whose leg this is, talks with the agent of leg `by`."""

    leg: int
    by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultTurned(Fact):
    """The agent of this leg talks with the other of the two; leg `aside` hears music from here on."""

    leg: int
    aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultEnded(Fact):
    """The agent of this leg is with the caller alone again: cancelled, hung_up, or why there was no third."""

    leg: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferCompleted(Fact):
    """The agent of this leg has left the caller to the third, whose leg is `to`."""

    leg: int
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkJoined(Fact):
    """Everybody talks with everybody from here on; the agent of this leg brought them together, or is left alone
    with the third since the caller has gone."""

    leg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LegHeld(Fact):
    """This party put the others on hold; a leg that ends held is held to its end. Not by its telephone, if leg `aside`
    was taken out of the talk for it."""

    leg: int
    aside: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegResumed(Fact):
    """This party holds the others no longer."""

    leg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(Fact):
    """The call is recorded from here on under this name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStored(Fact):
    """The recording is complete: seconds, loudest sample in dB of full scale, bytes."""

    name: str
    seconds: float
    peak_db: float
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingLost(Fact):
    """There is no recording although the queue's rule asked for one."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded(Fact):
    """A leg's channel is gone; leg 0 is the caller's. With `estimated` nobody saw when: it was gone by then."""

    leg: int
    cause: int
    estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted(Fact):
    """A tenant's system or table was asked at this node, or a PIN checked; what it told is not on record."""

    node: str
    result: str  #: found, missing, failed or locked
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed(Fact):
    """The caller confirmed an order by a key: it is to be posted once, and `key` names it for the receiver."""

    node: str
    key: str
    system: str
    path: str
    content: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStarted(Fact):
    """The caller begins to speak a message; it is told to `mail` if that is not empty."""

    node: str
    name: str
    mail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStored(Fact):
    """The message is complete: seconds, loudest sample in dB of full scale, bytes."""

    name: str
    seconds: float
    peak_db: float
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLost(Fact):
    """There is no message although one was begun; it may have been too short to say anything."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTakenUp(Fact):
    """A caller whom an earlier switch, or a torn socket, had left was taken up again: in a queue, flow or message."""

    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Fact):
    """The last channel is gone and the outcome stands."""

    outcome: Outcome
    ended_by: EndedBy
