"""Cut off at any statement, an act has not happened; repeated, it happens once."""

import pytest
from django.db import connection, transaction

from billing.invoices.models import Charge, Document, NumberSeries
from billing.invoices.services import approve_and_issue, prepare, refresh_drafts
from billing.mediation.models import Bookmark, UsageRecord
from tenants.accounts.scope import finance_scope
from tests.builders.billing import NOVEMBER_3, a_closed_call, a_world, mediate_calls

pytestmark = pytest.mark.django_db


class Cut(Exception):
    """The process dies here."""


class CutAt:
    """Lets `left` statements pass and then cuts the connection's user off; None: only counts."""

    def __init__(self, left=None):
        self.left, self.passed = left, 0

    def __call__(self, execute, sql, params, many, context):
        if self.left is not None and self.passed == self.left:
            raise Cut
        self.passed += 1
        return execute(sql, params, many, context)


def cut_at_every_statement(act, picture):
    """Cut `act` off at each of its statements in turn, then let it happen; nothing may be seen of the failed ones."""
    before = picture()
    statements = 0
    while True:
        cut = CutAt(statements)
        try:
            with transaction.atomic(), connection.execute_wrapper(cut):
                act()
            break
        except Cut:
            assert picture() == before, f"cut at statement {statements}"
            statements += 1
    assert statements > 3
    return statements


def test_issue_cut_off_at_any_statement_burns_no_number():
    contract, first, second = a_world()
    mediate_calls([a_closed_call(contract.tenant_id, n) for n in range(1, 4)])
    with finance_scope():
        draft = refresh_drafts(contract, NOVEMBER_3)[0]

        def picture():
            return (
                list(NumberSeries.objects.values_list("last_number", flat=True)),
                list(Document.objects.order_by("starts_on").values_list("status", "number", "content_sha256")),
                sorted(Charge.objects.values_list("component", "part", "period_starts_on", "revision", "amount")),
            )

        def act():
            approve_and_issue(prepare(draft, first, NOVEMBER_3), second, NOVEMBER_3)

        cut_at_every_statement(act, picture)
        draft.refresh_from_db()
        assert draft.number == "SL-INV-2026-00001"


def test_mediation_cut_off_at_any_statement_counts_nothing_twice():
    contract, *_ = a_world()
    calls = [a_closed_call(contract.tenant_id, n) for n in range(1, 4)]

    def picture():
        with finance_scope():
            return list(Bookmark.objects.values_list("source", "position")), UsageRecord.objects.count()

    cut_at_every_statement(lambda: mediate_calls(calls), picture)
    assert picture()[1] == 3
    assert mediate_calls(calls).records == 0
