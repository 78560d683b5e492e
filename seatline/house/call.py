"""`./run call NUMBER`: a scripted caller dials, and what became of the call is shown as the ledger tells it."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from seatline.errors import Unavailable
from seatline.house.caller import CallerResult, CallPlan, place_call
from seatline.house.console import voice
from seatline.house.home import House
from seatline.house.setup import enter_django

_Found = TypeVar("_Found")
RECORDED_WITHIN = timedelta(seconds=15)
SPEECH = "Hello, I have a question about my order. Can you hear me? I would like to know when it arrives. Thank you."


class CallNotRecorded(Unavailable):
    """The call {sip_call_id} is not in PostgreSQL after {seconds} s (the caller saw SIP {code}). See ./run doctor."""


def call(house: House, plan: CallPlan, talk: timedelta) -> dict[str, Any]:
    """Place the call and talk for `talk` once an agent is there; without one, `plan.hang_up_after` ends it.

    The record of the call with its usage. Raises `CallNotRecorded` and the caller's own errors.
    """
    enter_django(house)
    return record_of(asyncio.run(_place(house, plan, talk)))


async def _place(house: House, plan: CallPlan, talk: timedelta) -> CallerResult:
    hang_up = asyncio.Event()
    watch = asyncio.create_task(_hang_up_after_talk(plan.sip_call_id, talk, hang_up))
    try:
        folder = house.var / "calls" / "last"
        return await place_call(plan, sip_port=house.asterisk.ports.sip, folder=folder, hang_up=hang_up)
    finally:
        watch.cancel()


async def _hang_up_after_talk(sip_call_id: str, talk: timedelta, hang_up: asyncio.Event) -> None:
    """The caller cannot hear whether it is an agent who speaks; the ledger knows."""
    while True:
        report = await asyncio.to_thread(_report, sip_call_id)
        if report is not None and report["connected_at"]:
            break
        await asyncio.sleep(0.3)
    await asyncio.sleep(talk.total_seconds())
    hang_up.set()


def _report(sip_call_id: str) -> dict[str, Any] | None:
    from telephony.journal.services import call_report  # noqa: PLC0415 - rooms need Django's settings
    from tenants.accounts.scope import operator_scope  # noqa: PLC0415

    with operator_scope():
        return call_report(sip_call_id)


def speech_for(house: House) -> Any:
    """The sound file that scripted callers speak."""
    from telephony.plans.speech import speak  # noqa: PLC0415 - rooms need Django's settings

    path = house.sounds / "demo" / "caller.wav"
    speak(SPEECH, "en", path)
    return path


def record_of(result: CallerResult) -> dict[str, Any]:
    """Wait for the call's record to be complete; with `usage` and what the caller saw added."""
    report = _wait(lambda: _report(result.sip_call_id), lambda found: found is not None and _complete(found))
    if report is None:
        raise CallNotRecorded(
            sip_call_id=result.sip_call_id, seconds=int(RECORDED_WITHIN.total_seconds()), code=result.code
        )
    return {**report, "usage": _usage(report), "caller_saw": seen(result)}


def seen(result: CallerResult) -> dict[str, Any]:
    """What the caller saw, for JSON."""
    return {
        "sip_call_id": result.sip_call_id,
        "answered": result.answered,
        "code": result.code,
        "answer_ms": result.answer_ms,
        "hung_up_by": result.hung_up_by,
        "talk_ms": result.talk_ms,
        "heard_seconds": round(result.heard_seconds, 2),
    }


def _usage(report: dict[str, Any]) -> list[Any]:
    """Mediation runs in the worker, some seconds behind; a call that no agent answered may have none."""
    from billing.mediation.services import usage_of_call  # noqa: PLC0415
    from tenants.accounts.scope import finance_scope  # noqa: PLC0415

    def look() -> list[Any]:
        with finance_scope():
            return list(usage_of_call(UUID(report["call_id"])))

    answered = report.get("outcome") == "answered"
    return _wait(look, lambda found: bool(found) or not answered)


def _complete(report: dict[str, Any]) -> bool:
    """The call has ended, and the file of its recording is closed."""
    return bool(report.get("outcome")) and (report.get("recording") is not None or report["outcome"] != "answered")


def _wait(look: Callable[[], _Found], enough: Callable[[_Found], bool]) -> _Found:
    end = time.monotonic() + RECORDED_WITHIN.total_seconds()
    while True:
        found = look()
        if enough(found) or time.monotonic() > end:
            return found
        time.sleep(0.2)


def show(report: dict[str, Any]) -> None:
    """The record for people."""
    recording = report.get("recording") or {}
    ended_by = report.get("ended_by") or report["caller_saw"]["hung_up_by"] or "-"
    lines = [
        f"{report.get('caller')} called {report.get('number')}: [bold]{report.get('outcome')}[/bold]",
        f"tenant {report.get('tenant') or '-'}, flow {report.get('flow') or '-'}, queue {report.get('queue') or '-'},"
        f" agent {report.get('agent') or '-'}",
        f"queued {_seconds(report, 'queued_ms')}, rang {_seconds(report, 'ring_ms')}, talked"
        f" {_seconds(report, 'talk_ms')}, hung up by {ended_by}",
    ]
    if recording:
        lines.append(f"recording {recording.get('path') or recording.get('id')}: {recording.get('seconds')} s,"
                     f" peak {recording.get('peak_db')} dB")  # fmt: skip
    lines += [f"leg: {_flat(leg)}" for leg in report.get("legs", [])]
    lines += [f"order: {_flat(order)}" for order in report.get("orders", [])]
    lines += [f"message: {_flat(message)}" for message in report.get("messages", [])]
    lines += [f"usage: {_flat(usage)}" for usage in report["usage"]]
    lines.append(f"call id {report.get('call_id')}")
    voice.panel("what became of the call", lines)


def _seconds(report: dict[str, Any], name: str) -> str:
    value = report.get(name)
    return "-" if value is None else f"{value / 1000:.1f} s"


def _flat(part: Any) -> str:
    if not isinstance(part, dict):
        return str(part)
    return ", ".join(f"{name} {value}" for name, value in part.items() if value not in (None, "", [], {}))
