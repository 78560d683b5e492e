"""Facts of a call in words, for the timeline on its page.

One sentence per kind of `core.plain_facts.KINDS`; a test sees to it that none is missing.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Body = Mapping[str, Any]
Names = Mapping[str, str]  #: agents' names by the text of their id

REASONS = {
    "connected": gettext_lazy("connected"),
    "abandoned": gettext_lazy("hung up"),
    "queue_timeout": gettext_lazy("waited too long"),
    "queue_full": gettext_lazy("queue full"),
    "no_agent": gettext_lazy("no agent logged in"),
    "exit_with_key": gettext_lazy("left by a key"),
}


def _arrived(body: Body, names: Names) -> str:
    return _("%(caller)s called %(dialled)s.") % {"caller": body["caller"] or "?", "dialled": body["dialled"]}


def _flow(body: Body, names: Names) -> str:
    told = _("The flow %(flow)s, version %(version)s, took the call.") % {
        "flow": body["flow_code"],
        "version": body["version"],
    }
    if body.get("merchant"):
        told += " " + _("The caller keyed %(code)s.") % {"code": body["merchant"]}
    return told


def _nodes(body: Body, names: Names) -> str:
    return _("Through the flow: %(path)s.") % {"path": " → ".join(body["path"])}


def _left(body: Body, names: Names) -> str:
    reason = REASONS.get(body["reason"], body["reason"])
    return _("The caller waits no longer: %(reason)s.") % {"reason": reason}


def _foreseen(body: Body, names: Names) -> str:
    told = _("The caller was told the place in the queue: %(position)s.") % {"position": body["position"]}
    if body["seconds"] >= 0:
        minutes, seconds = divmod(round(body["seconds"]), 60)
        told += " " + _("Expected wait: %(length)s.") % {"length": f"{minutes:02d}:{seconds:02d}"}
    return told


#: What a consultation came to; the words of `core.facts.Consulted`.
CONSULTED = {
    "found": gettext_lazy("found"),
    "missing": gettext_lazy("missing"),
    "failed": gettext_lazy("failed"),
    "locked": gettext_lazy("locked"),
}


def _consulted(body: Body, names: Names) -> str:
    return _("The node %(node)s asked a system or table: %(result)s.") % {
        "node": body["node"],
        "result": CONSULTED.get(body["result"], body["result"]),
    }


def _message(body: Body, names: Names) -> str:
    minutes, seconds = divmod(round(body["seconds"]), 60)
    return _("The message is stored: %(length)s.") % {"length": f"{minutes:02d}:{seconds:02d}"}


#: Why a number outside does not take the call; the words of `core.facts.OutsideFailed`.
OUTSIDE_REASONS = {
    "suspended": gettext_lazy("tenant suspended"),
    "not_allowed": gettext_lazy("no rule allows the number"),
    "caller_id": gettext_lazy("the number to be shown is not the tenant's"),
    "no_trunk": gettext_lazy("no trunk is free"),
    "trunk_failed": gettext_lazy("the trunk failed"),
    "not_answered": gettext_lazy("not answered"),
    "not_confirmed": gettext_lazy("not confirmed by a key"),
}


def _outside_failed(body: Body, names: Names) -> str:
    return _("%(number)s does not take the call: %(reason)s.") % {
        "number": body["number"],
        "reason": OUTSIDE_REASONS.get(body["reason"], body["reason"]),
    }


def _outside_dialled(body: Body, names: Names) -> str:
    return _("%(number)s is called over the trunk %(trunk)s, showing %(caller_id)s.") % {
        "number": body["number"],
        "trunk": body["trunk"],
        "caller_id": body["caller_id"],
    }


def _agent(sentence: Any) -> Callable[[Body, Names], str]:
    def tell_agent(body: Body, names: Names) -> str:
        return str(sentence) % {"agent": names.get(str(body["agent"]), "?"), **body_words(body)}

    return tell_agent


def body_words(body: Body) -> dict[str, Any]:
    """The parts of a body that sentences name."""
    return {"phone": body.get("endpoint", ""), "cause": body.get("cause", "")}


def _stored(body: Body, names: Names) -> str:
    minutes, seconds = divmod(round(body["seconds"]), 60)
    return _("The recording is stored: %(length)s, loudest at %(peak)s dB.") % {
        "length": f"{minutes:02d}:{seconds:02d}",
        "peak": f"{body['peak_db']:.1f}",
    }


def _leg_ended(body: Body, names: Names) -> str:
    if body["leg"] == 0:
        return _("The caller's channel ended (cause %(cause)s).") % {"cause": body["cause"]}
    return _("The channel of leg %(leg)s ended (cause %(cause)s).") % {"leg": body["leg"], "cause": body["cause"]}


def _ended(body: Body, names: Names) -> str:
    from telephony.journal.models import Call  # noqa: PLC0415 - the words of outcomes stand there

    outcomes, enders = dict(Call.Outcome.choices), dict(Call.EndedBy.choices)
    return _("The call ended: %(outcome)s; ended by: %(who)s.") % {
        "outcome": outcomes.get(body["outcome"], body["outcome"]),
        "who": enders.get(body["ended_by"], body["ended_by"]),
    }


#: Why the caller could not be sent on; the words of `core.facts.TransferFailed`.
TRANSFER_REASONS = {
    "unknown": gettext_lazy("nobody with this number is logged in"),
    "busy": gettext_lazy("not free"),
    "outside": gettext_lazy("outside the room"),
    "not_now": gettext_lazy("not possible now"),
    "not_answered": gettext_lazy("not answered"),
    "not_allowed": gettext_lazy("no rule allows the number"),
    "caller_id": gettext_lazy("the number to be shown is not the tenant's"),
    "suspended": gettext_lazy("tenant suspended"),
    "no_trunk": gettext_lazy("no trunk is free"),
    "queue_timeout": gettext_lazy("waited too long"),
}


def _transfer_failed(body: Body, names: Names) -> str:
    return _("The caller could not be sent on to %(target)s: %(reason)s.") % {
        "target": body["target"],
        "reason": TRANSFER_REASONS.get(body["reason"], body["reason"]),
    }


#: How a callback was asked for; the words of `core.facts.CallbackAsked`.
CALLBACK_SOURCES = {
    "key": gettext_lazy("asked for by a key"),
    "missed": gettext_lazy("hung up in the queue"),
}


def _callback_asked(body: Body, names: Names) -> str:
    return _("The caller is to be called back at %(number)s by the queue %(queue)s: %(source)s.") % {
        "number": body["number"],
        "queue": body["queue_code"],
        "source": CALLBACK_SOURCES.get(body["source"], body["source"]),
    }


def _callback_begun(body: Body, names: Names) -> str:
    return _("The queue %(queue)s calls %(number)s back, call number %(attempt)s.") % {
        "queue": body["queue_code"],
        "number": body["number"],
        "attempt": body["attempt"],
    }


#: Why a consultation ended; beside these the words of `TRANSFER_REASONS`.
CONSULT_REASONS = {
    "cancelled": gettext_lazy("cancelled by the agent"),
    "hung_up": gettext_lazy("the other hung up"),
    "queue_timeout": gettext_lazy("waited too long"),
    "queue_full": gettext_lazy("queue full"),
    "no_agent": gettext_lazy("no agent logged in"),
    "interrupted": gettext_lazy("interrupted by a restart"),
    **OUTSIDE_REASONS,
    **TRANSFER_REASONS,
}


def _consult_ended(body: Body, names: Names) -> str:
    reason = CONSULT_REASONS.get(body["reason"], body["reason"])
    return _("The agent of leg %(leg)s is with the caller again: %(reason)s.") % {"leg": body["leg"], "reason": reason}


#: How a supervisor was in a talk; the words of `core.listening.Way`.
WAYS = {
    "listen": gettext_lazy("listens"),
    "whisper": gettext_lazy("whispers to the agent"),
    "barge": gettext_lazy("talks with both"),
}
#: Why a payment's silence, or a supervisor's stay, ended.
OVER = {
    "asked": gettext_lazy("asked for"),
    "time": gettext_lazy("the time for it was over"),
    "left": gettext_lazy("the agent left"),
    "talk_over": gettext_lazy("the talk was over"),
    "failed": gettext_lazy("the recording could not be made silent"),
    "hung_up": gettext_lazy("hung up"),
    "took_over": gettext_lazy("took the call over"),
}


def _listening(body: Body, names: Names) -> str:
    return _("A supervisor at the phone %(phone)s is in the talk of leg %(leg)s: %(way)s.") % {
        "phone": body["endpoint"],
        "leg": body["leg"],
        "way": WAYS.get(body["way"], body["way"]),
    }


TOLD: dict[str, Callable[[Body, Names], str]] = {
    "CallArrived": _arrived,
    "CallAnswered": lambda body, names: _("The house answered."),
    "FlowEntered": _flow,
    "NodesPassed": _nodes,
    "QueueEntered": lambda body, names: _("The caller waits in the queue %(queue)s.") % {"queue": body["queue_code"]},
    "QueueLeft": _left,
    "WaitForeseen": _foreseen,
    "CallbackAsked": _callback_asked,
    "CallbackBegun": _callback_begun,
    "DialBegun": _agent(gettext_lazy("%(agent)s calls a number outside.")),
    "LineChanged": lambda body, names: (
        _("The agent of leg %(leg)s went over to another line of the telephone.") % {"leg": body["leg"]}
    ),
    "AgentTook": _agent(gettext_lazy("%(agent)s has taken it, and hears how the customer is called.")),
    "AgentOffered": _agent(gettext_lazy("The phone %(phone)s of %(agent)s rings.")),
    "AgentMissed": _agent(gettext_lazy("%(agent)s did not take the call (cause %(cause)s).")),
    "AgentConnected": _agent(gettext_lazy("%(agent)s talks with the caller.")),
    "OutsideDialled": _outside_dialled,
    "OutsideAnswered": lambda body, names: _("The number outside answered."),
    "OutsideConnected": lambda body, names: _("The number outside talks with the caller."),
    "OutsideFailed": _outside_failed,
    "LegHeld": lambda body, names: _("Leg %(leg)s put the others on hold.") % {"leg": body["leg"]},
    "LegResumed": lambda body, names: _("Leg %(leg)s took the call back.") % {"leg": body["leg"]},
    "TransferBegun": lambda body, names: _("The agent sent the caller on to %(target)s.") % {"target": body["target"]},
    "TransferFailed": _transfer_failed,
    "ConsultBegun": lambda body, names: (
        _("The agent of leg %(leg)s consults %(target)s; the caller hears music.")
        % {"leg": body["leg"], "target": body["target"]}
    ),
    "ConsultAnswered": lambda body, names: _("Leg %(leg)s talks with the agent who consults.") % {"leg": body["leg"]},
    "ConsultTurned": lambda body, names: (
        _("The agent turned to the other; leg %(aside)s hears music.") % {"aside": body["aside"]}
    ),
    "ConsultEnded": _consult_ended,
    "TransferCompleted": lambda body, names: (
        _("The agent of leg %(leg)s left the caller to leg %(to)s.") % {"leg": body["leg"], "to": body["to"]}
    ),
    "CallTakenUp": lambda body, names: _("The caller was taken up again after a fault of ours."),
    "TalkJoined": lambda body, names: _("All who are there talk with each other."),
    "RecordingStarted": lambda body, names: _("Recording began."),
    "ListeningBegan": _listening,
    "ListeningChanged": lambda body, names: (
        _("The supervisor turned: %(way)s.") % {"way": WAYS.get(body["way"], body["way"])}
    ),
    "ListeningEnded": lambda body, names: (
        _("The supervisor is out of the talk: %(reason)s.") % {"reason": OVER.get(body["reason"], body["reason"])}
    ),
    "TalkTakenOver": lambda body, names: (
        _("The supervisor, leg %(leg)s, took the caller from leg %(of)s.") % {"leg": body["leg"], "of": body["of"]}
    ),
    "RecordingPaused": lambda body, names: _("The agent takes a payment: the recording is silent, nobody overhears."),
    "RecordingResumed": lambda body, names: (
        _("The recording has sound again: %(reason)s.") % {"reason": OVER.get(body["reason"], body["reason"])}
    ),
    "RecordingStored": _stored,
    "RecordingLost": lambda body, names: _("There is no recording: %(why)s") % {"why": body["why"]},
    "Consulted": _consulted,
    "OrderConfirmed": lambda body, names: (
        _("The caller confirmed an order at the node %(node)s.") % {"node": body["node"]}
    ),
    "MessageStarted": lambda body, names: _("The caller begins to speak a message."),
    "MessageStored": _message,
    "MessageLost": lambda body, names: _("There is no message: %(why)s") % {"why": body["why"]},
    "LegEnded": _leg_ended,
    "CallEnded": _ended,
}


def tell(kind: str, body: Body, names: Names) -> str:
    """A fact in a sentence; one of a later version of the program keeps its own name."""
    teller = TOLD.get(kind)
    return teller(body, names) if teller else kind


def agents_in(bodies: list[Body]) -> set[UUID]:
    """The agents that the facts name."""
    return {UUID(str(body["agent"])) for body in bodies if body.get("agent")}
