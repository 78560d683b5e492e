"""Callers who cannot be served: each is told why in words, and each has an outcome of its own in the record.

All of them call at the same time, which is also how they would.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from seatline.clock import now
from seatline.house.caller import CallerResult
from tests.acceptance.rig import Rig
from tests.acceptance.sound import hears_phrase, seconds_of_sound, seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import DEFINITION, GREETING_HERTZ, SECOND, a_client, facts_of, keys, wait_for_plan

CHOOSES_AGENT = keys((1.2, "0"))
HOURS_THAT_NEVER_ARE: Mapping[str, Any] = {
    "start": "hours",
    "nodes": {
        "hours": {
            "kind": "opening", "open": "menu", "closed": "closed",
            # A week of which every day is a holiday would need dates; a span of no weekday is always closed.
            "hours": {"zone": "Asia/Shanghai", "spans": [{"weekdays": "", "opens": "00:00", "closes": "00:00"}]},
        },
        "closed": {"kind": "finish", "outcome": "closed"},
        **DEFINITION["nodes"],
    },
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What became of one of the callers."""

    result: CallerResult
    report: Mapping[str, Any]
    facts: list[str]


@pytest.fixture(scope="module")
def told(rig: Rig) -> dict[str, Told]:
    """All the callers, by what stands in their way."""
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope
    from tenants.numbers.services import assign_number
    from tests.builders.tenants import a_number

    day = timedelta(days=1)
    ended = a_client(rig, "ended", ends_at=now() - day / 2)
    suspended = a_client(rig, "suspended")
    closed = a_client(rig, "closed", definition=HOURS_THAT_NEVER_ARE)
    deserted = a_client(rig, "deserted")
    full = a_client(rig, "full", max_length=1)
    slow = a_client(rig, "slow", max_wait=3 * SECOND)
    unkeyed = a_client(rig, "unkeyed")
    with operator_scope():
        Tenant.objects.filter(code="suspended").update(status=Tenant.Status.SUSPENDED)
        a_number("+862196968199")
        assign_number("+862196968199", Tenant.objects.get(code="ended"), now() + day)
    wait_for_plan(rig)
    for client in (full, slow):  # somebody is logged in, so that callers may wait, and takes no call
        client.log_in()
        client.pause()

    begun: dict[str, Future[CallerResult]] = {}

    def call(name: str, number: str, **plan: Any) -> None:
        begun[name] = rig.begin_call(number, **{"hang_up_after": 45 * SECOND, **plan})

    call("unassigned", "96968198")
    call("before its assignment", "96968199")
    call("after its assignment", ended.dialled)
    call("suspended", suspended.dialled)
    call("outside hours", closed.dialled)
    call("no agent", deserted.dialled, keys=CHOOSES_AGENT)
    call("first in queue", full.dialled, keys=CHOOSES_AGENT, hang_up_after=9 * SECOND)
    call("queue timeout", slow.dialled, keys=CHOOSES_AGENT)
    call("wrong keys", unkeyed.dialled, keys=keys((1, "7"), (3, "8"), (5, "9")))
    call("no key", unkeyed.dialled)
    wait_until(lambda: waiting(full.dialled), 10, "the first caller in the queue")
    call("queue full", full.dialled, keys=CHOOSES_AGENT)

    results = {name: future.result(90) for name, future in begun.items()}
    reports = {name: rig.report(result) for name, result in results.items()}
    return {name: Told(results[name], report, facts_of(report)) for name, report in reports.items()}


def waiting(dialled: str) -> bool:
    """Whether a caller of this number is in a queue."""
    from tests.acceptance.world import open_calls

    return any(call.queue_code for call in open_calls(dialled))


REFUSED = [
    # who, outcome, tenant, language and name of the phrase
    ("unassigned", "unassigned", None, "zh/not-in-service"),
    ("before its assignment", "unassigned", None, "zh/not-in-service"),
    ("after its assignment", "unassigned", None, "zh/not-in-service"),
    ("suspended", "suspended", None, "zh/suspended"),
    ("outside hours", "closed", "closed", "en/closed"),
    ("no agent", "no_agent", "deserted", "en/no-agent"),
    ("queue full", "queue_full", "full", "en/queue-full"),
    ("queue timeout", "queue_timeout", "slow", "en/queue-timeout"),
    ("wrong keys", "wrong_keys", "unkeyed", "en/wrong-keys"),
    ("no key", "wrong_keys", "unkeyed", "en/wrong-keys"),
]  # fmt: skip


@pytest.mark.parametrize(("who", "outcome", "tenant", "phrase"), REFUSED, ids=[row[0] for row in REFUSED])
def test_caller_is_told_why_and_the_record_says_so(
    rig: Rig, told: dict[str, Told], who: str, outcome: str, tenant: str | None, phrase: str
) -> None:
    """The whole sentence is heard before the house hangs up."""
    one = told[who]
    assert (one.result.answered, one.result.hung_up_by) == (True, "far")
    assert one.result.heard is not None
    assert hears_phrase(one.result.heard, rig.var / "sounds" / f"{phrase}.wav")
    assert (one.report["outcome"], one.report["ended_by"], one.report["tenant"]) == (outcome, "system", tenant)
    assert one.report["agent"] is None
    assert one.report["recording"] is None
    assert one.facts[0] == "CallArrived"
    assert one.facts[-1] == "CallEnded"


def test_caller_who_waits_in_vain_hears_music(told: dict[str, Told]) -> None:
    """Three seconds of the wait are not silent, and are in the record."""
    one = told["queue timeout"]
    assert 2900 < one.report["queued_ms"] < 4500
    assert one.result.heard is not None
    assert seconds_of_sound(one.result.heard) > 2


def test_wrong_keys_are_asked_for_three_times(told: dict[str, Told]) -> None:
    """The menu's prompt is heard anew after each wrong key; nobody who keys nothing is heard less."""
    for who in ("wrong keys", "no key"):
        heard = told[who].result.heard
        assert heard is not None
        assert seconds_of_tone(heard, GREETING_HERTZ) > 1.5


def test_first_in_the_full_queue_gave_up(told: dict[str, Told]) -> None:
    """The one who filled the queue was not disturbed."""
    assert told["first in queue"].report["outcome"] == "abandoned"
