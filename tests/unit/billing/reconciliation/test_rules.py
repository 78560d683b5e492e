"""Three books of the same calls: where they agree, and every way in which they can differ."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.reconciliation.rules import NO_PRICE, Difference, Fault, Used, compare
from tests.builders.tenants import NINE

MUSEUM, HARBOUR = UUID(int=1), UUID(int=2)
LATER = NINE + timedelta(hours=1)


@dataclass(frozen=True)
class Call:
    """In Asterisk's book and in ours."""

    no: int
    tenant_id: UUID | None = MUSEUM
    ended_at: datetime | None = NINE + timedelta(minutes=2)
    started_at: datetime = NINE
    brief: bool = False

    @property
    def call_id(self):
        return UUID(int=self.no)

    @property
    def channel(self):
        return f"seatline-{self.no}"


def used(call, reason="", tenant=None, meter="call_in"):
    return Used(call.call_id, tenant or call.tenant_id, meter, reason)


def compared(seen, recorded, usage, over=None, bundled=(), priced=((MUSEUM, "call_in"),)):
    return compare(
        date(2026, 11, 24), seen, recorded, usage, over or {}, bundled, priced,
        settled_before=LATER - timedelta(seconds=30), watched_since=NINE - timedelta(hours=1),
    )  # fmt: skip


def test_books_that_agree_have_no_difference_and_equal_sums():
    calls = [Call(1), Call(2), Call(3), Call(4, None)]
    usage = [used(calls[0]), used(calls[1], "abandoned"), used(calls[2]), used(calls[3], "unassigned")]
    report = compared(calls, calls, usage, over={MUSEUM: 1}, bundled={(MUSEUM, "call_in")})
    assert report.ok
    museum, nobody = report.rows[str(MUSEUM)], report.rows[""]
    assert (museum.seen, museum.recorded, museum.accounted) == (3, 3, 3)
    assert (museum.billed, museum.included, dict(museum.not_billed)) == (1, 1, {"abandoned": 1})
    assert (nobody.seen, nobody.accounted, dict(nobody.not_billed)) == (1, 1, {"unassigned": 1})


def test_call_without_an_agreed_price_is_not_billed_and_says_so():
    report = compared([Call(1)], [Call(1)], [used(Call(1))], priced=())
    assert report.ok
    assert dict(report.rows[str(MUSEUM)].not_billed) == {NO_PRICE: 1}


ONE = Call(1)
OPEN = Call(1, ended_at=None)


@pytest.mark.parametrize(
    ("seen", "recorded", "usage", "fault"),
    [
        # The journal was lost with the disk.
        ([ONE], [], [], Fault.NOT_ON_RECORD),
        # The witness was away, and its file was deleted.
        ([], [ONE], [used(ONE)], Fault.NOT_SEEN),
        # The switch missed the end.
        ([ONE], [OPEN], [], Fault.STILL_OPEN),
        # Mediation stands still.
        ([ONE], [ONE], [], Fault.NOT_USED),
        ([ONE], [ONE], [used(ONE), used(ONE)], Fault.USED_TWICE),
        ([ONE], [ONE], [used(ONE, tenant=HARBOUR)], Fault.OTHER_TENANT),
        ([], [], [used(ONE)], Fault.UNKNOWN_USAGE),
    ],
)
def test_every_way_to_differ_is_found_and_named(seen, recorded, usage, fault):
    report = compared(seen, recorded, usage)
    assert [one.fault for one in report.differences] == [fault]
    assert report.differences[0].call == str(ONE.call_id)


def test_call_that_goes_on_or_has_just_ended_is_no_difference():
    just = Call(2, ended_at=LATER - timedelta(seconds=5))
    report = compared([OPEN, just], [OPEN, just], [])
    assert report.ok
    assert report.rows[str(MUSEUM)].going_on == 2


def test_caller_who_is_gone_before_the_call_is_claimed_is_counted_and_no_difference():
    report = compared([Call(1, brief=True)], [], [])
    assert (report.ok, report.at_the_door) == (True, 1)
    assert compared([Call(1, brief=True)], [ONE], [used(ONE)]).at_the_door == 0, "it was claimed after all"


def test_call_from_before_the_second_witness_is_not_compared():
    old = Call(1, started_at=NINE - timedelta(hours=2))
    report = compared([], [old], [used(old)])
    assert (report.ok, report.unwatched) == (True, 1)


def test_call_whose_channel_was_offered_twice_is_known_by_its_channel():
    @dataclass(frozen=True)
    class Again(Call):
        @property
        def call_id(self):
            return UUID(int=99)

    report = compared([ONE], [Again(1)], [Used(UUID(int=99), MUSEUM, "call_in", "")])
    assert report.ok


@given(st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)), st.sets(st.integers(1, 12)))
@settings(max_examples=30)
def test_each_call_missing_in_one_book_is_found_and_no_other(seen, recorded, usage):
    """Whatever is missing where: a call is without fault exactly if all three books have it."""
    report = compared(
        [Call(no) for no in seen], [Call(no) for no in recorded], [used(Call(no)) for no in usage]
    )  # fmt: skip
    faulty = {UUID(one.call).int for one in report.differences}
    assert faulty == (seen | recorded | usage) - (seen & recorded & usage)
    assert report.differences == tuple(sorted(report.differences)) and all(
        isinstance(o, Difference) for o in report.differences
    )
