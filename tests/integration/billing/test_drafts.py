"""The bill so far: drafts are rebuilt from zero from the usage and leases there are."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from billing.contracts.services import Price, approve_version, write_version
from billing.contracts.terms import NothingToBillYet
from billing.invoices.models import Charge, Document
from billing.invoices.refreshing import refresh_contracts
from billing.invoices.services import approve_and_issue, prepare, refresh_draft, refresh_drafts
from billing.invoices.sources import line_sources
from seatline.ids import new_id
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.billing import (
    BUNDLE,
    MID_OCTOBER,
    NOVEMBER_3,
    NOVEMBER_24,
    PER_CALL,
    RENT,
    SEATS,
    a_closed_call,
    a_world,
    mediate_calls,
)
from tests.builders.tenants import a_lease, a_room

pytestmark = pytest.mark.django_db


def lines(document):
    return {line.text: (line.amount, line.words) for line in document.lines.order_by("position")}


def amounts(document):
    return {line.text: str(line.amount) for line in document.lines.order_by("position")}


def draft_at(contract, at):
    with finance_scope():
        return refresh_draft(contract, at)


def test_a_call_stands_on_the_current_draft_and_opens_to_itself():
    contract, *_ = a_world()
    calls = [a_closed_call(contract.tenant_id, n) for n in range(1, 4)]
    abandoned = a_closed_call(contract.tenant_id, 4, outcome="abandoned")
    mediate_calls([*calls, abandoned])
    with finance_scope():
        draft = refresh_draft(contract, MID_OCTOBER)
        assert lines(draft) == {
            "Hotline bundle": (Decimal("8000.00"), "8,000.00 for the period"),
            "Hotline bundle: usage": (Decimal("1.20"), "3 calls − 2 included = 1 × 1.20 = 1.20"),
            "Number rent": (Decimal("600.00"), "3 × 200.00 = 600.00"),
        }
        assert (str(draft.net), str(draft.tax), str(draft.gross)) == ("8601.20", "534.07", "9135.27")
        usage_line = draft.lines.get(text="Hotline bundle: usage")
        assert {row.source_id for row in line_sources(usage_line).usage} == {call.call_id for call in calls}
        assert not line_sources(draft.lines.get(text="Number rent")).usage.exists()
        assert draft.usage_summary == [
            {"meter": "call_in", "reason": "", "calls": 3},
            {"meter": "call_in", "reason": "abandoned", "calls": 1},
        ]


def test_seats_come_from_the_leases_and_each_day_is_kept():
    with operator_scope():
        a_room(20)
    contract, *_ = a_world("harbour", [SEATS])
    at = datetime(2026, 9, 30, 16, tzinfo=UTC)
    with operator_scope():
        a_lease(contract.tenant, 12, starts_at=at, at=at)
    draft = draft_at(contract, MID_OCTOBER)
    with finance_scope():
        line = draft.lines.get()
        # 15 of 31 days have begun.
        assert (str(line.amount), line.ends_on) == ("17419.35", date(2026, 11, 1))
        days = line_sources(line).days
        assert len(days) == 15
        assert days[0] == {"on": "2026-10-01", "seats": 12, "billed": 12}


def test_refreshing_again_changes_nothing_and_makes_no_second_draft():
    contract, *_ = a_world()
    mediate_calls([a_closed_call(contract.tenant_id)])
    first = draft_at(contract, MID_OCTOBER)
    with finance_scope():
        line_ids = list(first.lines.values_list("pk", flat=True))
    second = draft_at(contract, MID_OCTOBER + timedelta(hours=1))
    with finance_scope():
        assert second.pk == first.pk
        assert list(second.lines.values_list("pk", flat=True)) == line_ids
        assert Document.objects.count() == 1
        assert set(Charge.objects.values_list("revision", flat=True)) == {1}


def test_new_month_has_its_own_draft_and_the_old_one_waits():
    contract, *_ = a_world()
    draft_at(contract, MID_OCTOBER)
    with finance_scope():
        drafts = refresh_drafts(contract, NOVEMBER_24)
        assert [(d.starts_on, d.ends_on, d.counted_to) for d in drafts] == [
            (date(2026, 10, 1), date(2026, 11, 1), date(2026, 11, 1)),
            (date(2026, 11, 1), date(2026, 12, 1), date(2026, 11, 25)),
        ]


def test_call_over_midnight_belongs_to_the_month_in_which_it_began():
    contract, *_ = a_world("lotus", [PER_CALL])
    last_minute = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    mediate_calls([
        a_closed_call(contract.tenant_id, 1, started_at=last_minute),
        a_closed_call(contract.tenant_id, 2, started_at=last_minute + timedelta(minutes=1)),
    ])  # fmt: skip
    with finance_scope():
        october, november = refresh_drafts(contract, NOVEMBER_3)
        assert [amounts(october), amounts(november)] == [{"Calls answered": "1.50"}, {"Calls answered": "1.50"}]


def issued_october(contract, first, second):
    with finance_scope():
        october = refresh_drafts(contract, NOVEMBER_3)[0]
        prepare(october, first, NOVEMBER_3)
        return approve_and_issue(october, second, NOVEMBER_3)


def test_late_call_stands_as_a_correction_on_the_next_document():
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    october = issued_october(contract, first, second)
    late = a_closed_call(contract.tenant_id, 9)
    mediate_calls([late], at=NOVEMBER_24)
    with finance_scope():
        november = refresh_draft(contract, NOVEMBER_24)
        text = "Correction 2026-10-01 – 2026-10-31: Hotline bundle: usage"
        assert lines(november)[text] == (
            Decimal("1.20"),
            "4 calls − 2 included = 2 × 1.20 = 2.40; 2.40 in all − 1.20 billed before = 1.20",
        )
        # The line opens to what came late, and to nothing that was billed before.
        line = november.lines.get(text=text)
        assert [row.source_id for row in line_sources(line).usage] == [late.call_id]
        assert (line.quantity, line.charges.get().revision) == (1, 2)
        october.refresh_from_db()
        assert str(october.net) == "8601.20"


def test_corrected_call_of_an_issued_month_is_given_back():
    contract, first, second = a_world("lotus", [PER_CALL, RENT])
    call = a_closed_call(contract.tenant_id, 1)
    mediate_calls([call])
    issued_october(contract, first, second)
    mediate_calls([replace(call, position=2, practice=True)], at=NOVEMBER_24)
    draft = draft_at(contract, NOVEMBER_24)
    with finance_scope():
        assert amounts(draft)["Correction 2026-10-01 – 2026-10-31: Calls answered"] == "-1.50"


def test_backdated_prices_are_settled_on_the_next_document():
    contract, first, second = a_world("lotus", [PER_CALL])
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 5)])
    issued_october(contract, first, second)
    dearer = Price("calls", "metered", {"price": "2.00"}, "Calls answered", "接通电话", "service")
    with finance_scope():
        version = write_version(contract, date(2026, 10, 10), [dearer], user=first, at=NOVEMBER_24)
        approve_version(version, second, NOVEMBER_24)
        november = refresh_draft(contract, NOVEMBER_24)
        # Old: 4 × 1.50 billed, now 0; new: 4 × 2.00.
        corrections = [str(line.amount) for line in november.lines.all() if line.text.startswith("Correction")]
        assert corrections == ["-6.00", "8.00"]


def test_contract_that_has_not_begun_has_no_draft():
    contract, *_ = a_world(starts_on=date(2026, 12, 1))
    with finance_scope(), pytest.raises(NothingToBillYet, match="begins on 2026-12-01"):
        refresh_draft(contract, NOVEMBER_24)
    assert refresh_contracts(NOVEMBER_24).contracts == 0


def test_ended_contract_has_its_last_stub_and_no_draft_after_it():
    contract, *_ = a_world(prices=[BUNDLE], ends_on=date(2026, 11, 16))
    with finance_scope():
        drafts = refresh_drafts(contract, datetime(2027, 1, 5, tzinfo=UTC))
        assert [(d.starts_on, d.ends_on) for d in drafts] == [
            (date(2026, 10, 1), date(2026, 11, 1)),
            (date(2026, 11, 1), date(2026, 11, 16)),
        ]
        assert amounts(drafts[1])["Hotline bundle"] == "4000.00"


def test_contract_that_cannot_be_rated_does_not_stop_the_others():
    broken, *_ = a_world("museum")
    sound, *_ = a_world("lotus", [PER_CALL])
    from billing.contracts.models import TaxRule

    with finance_scope():
        # The operator's accountant has not entered a rate for 2026 yet.
        TaxRule.objects.filter(code="telecom").update(starts_on=date(2027, 1, 1))
    done = refresh_contracts(NOVEMBER_24)
    assert done.contracts == 1
    assert done.failures == (("C-museum", "There is no rate of the tax code telecom on 2026-10-31."),)
    with finance_scope():
        assert not Document.objects.filter(contract=broken).exists()
        assert Document.objects.filter(contract=sound).count() == 2


def test_draft_that_was_seen_is_the_invoice_that_is_issued():
    """Preview equals issue: the same content hash."""
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 6)])
    with finance_scope():
        seen = refresh_drafts(contract, NOVEMBER_3)[0].content_sha256
    assert issued_october(contract, first, second).content_sha256 == seen


def test_calls_are_billed_included_or_excluded_and_none_is_lost():
    contract, *_ = a_world()
    outcomes = ["answered"] * 5 + ["abandoned"] * 3 + ["informed"] * 2 + ["closed", "no_agent", "failed"]
    mediate_calls([a_closed_call(contract.tenant_id, n, outcome=o) for n, o in enumerate(outcomes, start=1)])
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]
        told = {(row["meter"], row["reason"]): row["calls"] for row in draft.usage_summary}
        assert sum(told.values()) == len(outcomes)
        assert told["call_in", ""] == line_sources(draft.lines.get(position=2)).usage.count() == 5
        assert told["call_informed", ""] == 2


def test_usage_of_one_tenant_never_reaches_another_s_bill():
    museum, *_ = a_world("museum", [PER_CALL])
    lotus, *_ = a_world("lotus", [PER_CALL])
    mediate_calls(
        [a_closed_call(museum.tenant_id, 1), a_closed_call(museum.tenant_id, 2), a_closed_call(lotus.tenant_id, 3)]
    )
    with finance_scope():
        assert amounts(refresh_drafts(museum, NOVEMBER_3)[0]) == {"Calls answered": "3.00"}
        assert amounts(refresh_drafts(lotus, NOVEMBER_3)[0]) == {"Calls answered": "1.50"}


def test_seats_of_another_contract_are_not_billed():
    with operator_scope():
        a_room(20)
    contract, *_ = a_world("harbour", [SEATS])
    at = datetime(2026, 9, 30, 16, tzinfo=UTC)
    with operator_scope():
        a_lease(contract.tenant, 12, starts_at=at, at=at, contract_id=contract.pk)
        a_lease(contract.tenant, 5, starts_at=at, at=at, contract_id=new_id())
    with finance_scope():
        assert amounts(refresh_drafts(contract, NOVEMBER_3)[0]) == {"Seats": "36000.00"}


def test_quarterly_and_weekly_contracts_are_billed_by_their_own_periods():
    quarterly, *_ = a_world("museum", [RENT], cycle="quarter", day_count="30", starts_on=date(2026, 9, 16))
    weekly, *_ = a_world("lotus", [RENT], cycle="week", billing_day=1, starts_on=date(2026, 10, 30))
    with finance_scope():
        summer, autumn = refresh_drafts(quarterly, NOVEMBER_3)
        last, this = refresh_drafts(weekly, NOVEMBER_3)
    # 16 to 30 September are 15 of 90 days.
    assert (summer.starts_on, summer.ends_on, summer.net) == (date(2026, 7, 1), date(2026, 10, 1), Decimal("100.00"))
    assert (autumn.starts_on, autumn.ends_on, autumn.net) == (date(2026, 10, 1), date(2027, 1, 1), Decimal("600.00"))
    # Friday to Sunday are 3 of 7 days; the running week stands in full.
    assert (last.starts_on, last.ends_on, last.net) == (date(2026, 10, 26), date(2026, 11, 2), Decimal("257.14"))
    assert (this.starts_on, this.ends_on, this.net) == (date(2026, 11, 2), date(2026, 11, 9), Decimal("600.00"))
