"""Cases: their numbers, drafts of two people, states, what happened; and the topics that go out by mail."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import ProgrammingError, transaction

from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.cases.digest import AddressesUnreadable, send_due, set_digest, topics_on
from tenants.cases.models import Case, CaseEvent
from tenants.cases.services import (
    CaseChangedMeanwhile,
    CaseNotFilledIn,
    CaseTypeNotInUse,
    MoveNotAllowed,
    NoteEmpty,
    TopicUnknown,
    assign_case,
    move_case,
    note,
    save_draft,
    submit,
)
from tenants.forms.rules import AnswersFaulty
from tests.builders.tenants import NINE, a_tenant
from tests.builders.work import a_case, a_case_type

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def lotus():
    with operator_scope():
        tenant = a_tenant("lotus", name="Blue Lotus", name_zh="蓝莲")
    with tenant_scope(tenant.pk):
        yield tenant


def test_cases_are_numbered_and_due(lotus):
    type_ = a_case_type(lotus)
    one, two = a_case(type_), a_case(type_, topic="price")
    assert (one.no, two.no, one.state) == (1, 2, "new")
    assert one.due_at == NINE + 48 * HOUR
    with pytest.raises(TopicUnknown):
        a_case(type_, topic="weather")
    type_.active = False
    with pytest.raises(CaseTypeNotInUse):
        a_case(type_)


def test_second_of_two_who_type_is_told_and_writes_nothing(lotus):
    case = a_case(a_case_type(lotus))
    first = save_draft(case, {"what": "Parcel lo"}, NINE + HOUR, "anna", seen=1)
    with pytest.raises(CaseChangedMeanwhile, match="anna has changed"):
        save_draft(case, {"what": "Something else"}, NINE + HOUR, "bob", seen=1)
    second = save_draft(case, {"what": "Parcel lost"}, NINE + HOUR, "anna", seen=first.version)
    assert second.draft == {"what": "Parcel lost"}
    assert second.answers == {}


def test_draft_becomes_answers_once_it_is_checked(lotus):
    case = a_case(a_case_type(lotus), draft={"what": "  "})
    with pytest.raises(AnswersFaulty):
        submit(case, NINE, "anna")
    save_draft(case, {"what": "Parcel lost"}, NINE, "anna", seen=1)
    done = submit(case, NINE + HOUR, "anna")
    assert (done.answers, done.draft) == ({"what": "Parcel lost"}, None)
    save_draft(case, {"what": "Parcel found"}, NINE, "bob", seen=done.version)
    submit(case, NINE + HOUR, "bob")
    event = case.events.filter(kind=CaseEvent.Kind.FILLED, who="bob").get()
    assert event.content == {"before": {"what": "Parcel lost"}, "after": {"what": "Parcel found"}}


def test_case_goes_where_its_type_lets_it_and_closes_filled_in(lotus):
    case = a_case(a_case_type(lotus))
    with pytest.raises(MoveNotAllowed):
        move_case(case, "done", NINE, "anna")
    move_case(case, "at_work", NINE, "anna")
    with pytest.raises(CaseNotFilledIn, match="What happened"):
        move_case(case, "done", NINE, "anna")
    save_draft(case, {"what": "Lost"}, NINE, "anna", seen=2)
    submit(case, NINE, "anna")
    closed = move_case(case, "done", NINE + HOUR, "anna")
    assert closed.closed_at == NINE + HOUR
    assert move_case(case, "at_work", NINE + DAY, "anna").closed_at is None


def test_all_that_happened_stays_in_order_and_cannot_be_changed(lotus):
    case = a_case(a_case_type(lotus))
    note(case, "Called back.", NINE + HOUR, "anna")
    assign_case(case, lotus.pk, "Bob", NINE + 2 * HOUR, "anna")
    assert list(case.events.values_list("kind", flat=True)) == ["opened", "noted", "assigned"]
    with pytest.raises(NoteEmpty):
        note(case, " ", NINE, "anna")
    for verb in ("update", "delete"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            rows = CaseEvent.objects.filter(case=case)
            rows.update(text="x") if verb == "update" else rows._raw_delete("default")


def test_overdue_cases_come_first_among_the_open(lotus):
    slow, quick = a_case_type(lotus), a_case_type(lotus, "order", due_hours=2)
    a_case(slow)
    late = a_case(quick)
    assert Case.objects.filter(closed_at=None).order_by("due_at").first() == late


def a_month_of_prices_and_a_day_of_parcels(tenant):
    """Two about prices each day; of parcels one a week, and six on the last day, 23 November."""
    type_ = a_case_type(tenant)
    for ago in range(1, 30):
        opened = NINE - ago * DAY
        for _ in range(2):
            a_case(type_, topic="price", at=opened)
        if ago % 7 == 0:
            a_case(type_, topic="delivery", at=opened)
    for _ in range(6):
        a_case(type_, topic="delivery", at=NINE - DAY)


def test_topic_that_many_want_today_is_hot_and_what_is_usual_is_not(lotus):
    a_month_of_prices_and_a_day_of_parcels(lotus)
    parcels, prices = topics_on(date(2026, 11, 23), SHANGHAI)
    assert (parcels.topic, parcels.count, parcels.hot) == ("delivery", 6, True)
    assert parcels.usual == pytest.approx(4 / 28)
    assert (prices.topic, prices.count, prices.hot) == ("price", 2, False)


@pytest.mark.parametrize(("language", "said"), [
    ("en", ["1 hot topics on 2026-11-23", "Blue Lotus: 8.", "- Complaint / Delivery: 6 (usually 0.1 a day)"]),
    ("zh-hans", ["2026-11-23", "蓝莲", "- 投诉 / 配送：6"]),
])  # fmt: skip
def test_topics_are_mailed_once_a_day_in_the_tenant_s_language(lotus, mailoutbox, language, said):
    lotus.language = language
    with operator_scope():
        lotus.save()
    with tenant_scope(lotus.pk):
        a_month_of_prices_and_a_day_of_parcels(lotus)
        set_digest(lotus, "anna@lotus.example\nbob@lotus.example", 8)
    assert send_due(NINE - 2 * HOUR) == 0  # seven in the morning in Shanghai
    assert send_due(NINE) == 1
    assert send_due(NINE + HOUR) == 0
    (mail,) = mailoutbox
    assert mail.to == ["anna@lotus.example", "bob@lotus.example"]
    text = f"{mail.subject}\n{mail.body}"
    assert [part for part in said if part not in text] == []
    if language == "zh-hans":
        assert "usually" not in text and "Hot" not in text and "hot" not in text


def test_digest_goes_to_addresses_alone(lotus):
    with pytest.raises(AddressesUnreadable, match="“anna”"):
        set_digest(lotus, "anna@lotus.example anna", 8)
    assert send_due(NINE) == 0
