"""The call in an agent's hands: whose it is, who calls, how he came, and who else is in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import get_language

from agents.desktop.entry import DeskAgent
from agents.people.services import people
from telephony.desk.models import Offer
from telephony.journal.models import Call, LedgerEntry, Leg
from telephony.plans.models import FlowVersion, Queue
from telephony.trunks.models import DoNotCall
from tenants.accounts.models import Tenant
from tenants.accounts.scope import telephony_scope

CONSULTING, ALL_TOGETHER = "consulting", "together"


def in_language(english: str, chinese: str) -> str:
    """A name in the language of the screen."""
    return chinese if chinese and (get_language() or "").startswith("zh") else english


def clients_of(agent: DeskAgent) -> list[dict[str, Any]]:
    """Whose calls the agent takes, the own tenant first: how the screen names them, and how telephones do."""
    with telephony_scope():
        rows = Tenant.objects.in_bulk(agent.tenant_ids)
    return [
        {
            "id": str(one), "name": str(rows[one]), "colour": rows[one].colour, "code": rows[one].code,
            "names": [rows[one].name, rows[one].name_zh],
        }
        for one in agent.tenant_ids
    ]  # fmt: skip


def call_in_hand(agent: DeskAgent, offer: Offer | None, call_id: UUID, at: datetime) -> dict[str, Any] | None:
    """What the screen shows of a call; None if it is none of a tenant of the agent's."""
    offered = offer if offer is not None and offer.call_id == call_id else None
    with telephony_scope():
        row = Call.objects.filter(id=call_id).first()
        tenant_id = offered.tenant_id if offered else row.tenant_id if row else None
        facts = list(LedgerEntry.objects.filter(call_id=call_id, kind__in=_TOLD).order_by("seq"))
    if tenant_id is None or tenant_id not in agent.tenant_ids:
        return None
    known: Model | None = offered or row
    caller, dialled = getattr(known, "caller", ""), getattr(known, "dialled", "")
    queue_code = getattr(known, "queue_code", "")
    with agent.within(tenant_id):
        tenant = Tenant.objects.get(id=tenant_id)
        queue = Queue.objects.filter(code=queue_code).first()
        legs = list(Leg.objects.filter(call_id=call_id, ended_at=None).exclude(answered_at=None).order_by("no"))
        others = people([one.agent_id for one in legs if one.agent_id])
        path, verified = _way(facts)
        unwanted = DoNotCall.objects.filter(number=caller).exists()
    waited_since = offered.waiting_since if offered else row.started_at if row else None
    connected_at = row.connected_at if row else None
    return {
        "id": str(call_id),
        "tenant": {
            "id": str(tenant_id), "name": str(tenant), "colour": tenant.colour, "code": tenant.code,
        },
        "caller": caller,
        "dialled": dialled,
        "direction": row.direction if row else Call.Direction.INBOUND.value,
        "queue": {"code": queue_code, "name": in_language(queue.name, queue.name_zh) if queue else queue_code},
        "path": path,
        "verified": verified,
        "waiting_since": waited_since.isoformat() if waited_since else None,
        "connected_at": connected_at.isoformat() if connected_at else None,
        "ended": bool(row and row.ended_at),
        "away": _away(facts, agent.agent_id, row),
        "talk": _talk(facts, agent.agent_id, legs),
        "recording_paused": _is_silent(facts),
        "do_not_call": unwanted,
        "parties": [
            {"no": one.no, "who": _who(one, others), "me": one.agent_id == agent.agent_id} for one in legs if one.no
        ],
    }  # fmt: skip


#: Facts of the ledger that the screen shows something of.
_TOLD = (
    "FlowEntered", "NodesPassed", "Consulted", "ConsultBegun", "ConsultAnswered", "ConsultEnded", "TransferCompleted",
    "TransferBegun", "TalkJoined", "AgentConnected", "QueueEntered", "RecordingPaused", "RecordingResumed",
)  # fmt: skip
_TALK = {"ConsultBegun": "calling", "ConsultAnswered": CONSULTING, "TalkJoined": ALL_TOGETHER}
_PLAIN_AGAIN = ("ConsultEnded", "TransferCompleted", "TransferBegun")


def _talk(facts: list[LedgerEntry], agent_id: UUID, legs: list[Leg]) -> str:
    """Whether a third is being called, is consulted, or is in the talk; "third" for one who was called in himself."""
    talk = ""
    for one in facts:
        talk = _TALK.get(one.kind, "" if one.kind in _PLAIN_AGAIN else talk)
    mine = next((leg.no for leg in legs if leg.agent_id == agent_id), None)
    asked_by = next((one.body.get("leg") for one in reversed(facts) if one.kind == "ConsultBegun"), None)
    return "third" if talk == CONSULTING and asked_by != mine else talk


def _away(facts: list[LedgerEntry], agent_id: UUID, row: Call | None) -> bool:
    """Whether the caller hears music until this agent's telephone is back."""
    told = [one for one in facts if one.kind in ("TransferBegun", "AgentConnected", "QueueEntered")]
    if row is None or row.ended_at is not None or len(told) < 2:
        return False
    left, before = told[-1], told[-2]
    mine = before.kind == "AgentConnected" and before.body.get("agent") == str(agent_id)
    return mine and left.kind == "TransferBegun" and left.body.get("target") == ""


def _way(facts: list[LedgerEntry]) -> tuple[list[str], bool]:
    """The nodes of the flow that the caller came through, and whether a PIN that he keyed was right."""
    path: list[str] = []
    nodes: dict[str, Any] = {}
    verified = False
    for one in facts:
        match one.kind:
            case "FlowEntered":
                version = FlowVersion.objects.filter(flow_id=one.body["flow"], version=one.body["version"]).first()
                nodes = version.definition.get("nodes", {}) if version else {}
            case "NodesPassed":
                path += [node for node in one.body["path"] if path[-1:] != [node] and not node.startswith("to ")]
            case "Consulted":
                pin = nodes.get(one.body["node"], {}).get("kind") == "pin"
                verified = one.body["result"] == "found" if pin else verified
    return path, verified


def _is_silent(facts: list[LedgerEntry]) -> bool:
    told = [one.kind for one in facts if one.kind.startswith("Recording")]
    return told[-1:] == ["RecordingPaused"]


def _who(leg: Leg, known: dict[UUID, Any]) -> str:
    person = known.get(leg.agent_id) if leg.agent_id else None
    return f"{person.number} {person.name}" if person else leg.number or leg.endpoint
