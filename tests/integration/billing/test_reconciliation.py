"""The comparison on real tables: what the witness, the shipper and mediation have written of one day."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from billing.mediation.models import UsageRecord
from billing.mediation.services import mediate
from billing.reconciliation.rules import Fault
from billing.reconciliation.services import reconcile
from telephony.witness.alive import Look
from telephony.witness.files import CURRENT
from telephony.witness.process import Witness
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.numbers.services import assign_number
from tests.builders.tenants import NINE, a_number, a_tenant
from tests.builders.witness import a_fallback_call, a_line

DAY = date(2026, 11, 24)
LATER = NINE + timedelta(hours=1)


class Quiet:
    """Stands for the list of live channels: never asked."""

    newest: Look | None = None
    answers = False


@pytest.fixture
def museum(db):
    with operator_scope():
        tenant = a_tenant()
        assign_number(a_number("+862196968101").e164, tenant, NINE - timedelta(days=1))
    return tenant


def hear(folder, events):
    """The witness takes the events on record."""
    (folder / CURRENT).write_bytes(b"".join(map(a_line, events)))
    Witness(folder, Quiet(), lambda: LATER).step()


def test_call_in_all_books_is_no_difference(tmp_path, museum):
    hear(tmp_path, a_fallback_call(answered=False))
    mediate(LATER)
    report = reconcile(DAY, LATER)
    assert report.ok
    row = report.rows[str(museum.pk)]
    assert (row.seen, row.recorded, row.accounted, dict(row.not_billed)) == (1, 1, 1, {"abandoned": 1})


def test_call_that_mediation_has_not_read_is_a_difference(tmp_path, museum):
    hear(tmp_path, a_fallback_call())
    assert [one.fault for one in reconcile(DAY, LATER).differences] == [Fault.NOT_USED]


def test_call_without_facts_and_without_a_mark_is_a_difference(tmp_path, museum):
    """A switch claimed it, and its disk is gone."""
    hear(tmp_path, [one for one in a_fallback_call() if not one.name])
    mediate(LATER)
    assert [one.fault for one in reconcile(DAY, LATER).differences] == [Fault.NOT_ON_RECORD]


def test_number_that_is_none_and_agents_at_their_codes_are_no_calls(tmp_path, museum):
    hear(tmp_path, [one for one in a_fallback_call(dialled="*45") if not one.name])
    assert reconcile(DAY, LATER).ok


def test_days_are_the_tenants_own(tmp_path, museum):
    """Nine in the morning in Shanghai is the evening before in New York."""
    with operator_scope():
        museum.time_zone = "America/New_York"
        museum.save(update_fields=["time_zone"])
    hear(tmp_path, a_fallback_call())
    mediate(LATER)
    assert reconcile(DAY, LATER).rows == {}
    before = reconcile(DAY - timedelta(days=1), LATER)
    assert before.ok
    assert before.rows[str(museum.pk)].recorded == 1


def test_command_says_what_differs_and_fails(tmp_path, museum):
    hear(tmp_path, a_fallback_call())
    told = StringIO()
    with pytest.raises(CommandError, match="1 calls differ"):
        call_command("reconcile", day=DAY, json=True, stdout=told)
    assert json.loads(told.getvalue())["differences"][0]["fault"] == "not_used"
    mediate(LATER)
    call_command("reconcile", day=DAY, stdout=told)
    assert "seen 1, on record 1" in told.getvalue()
    with finance_scope():
        assert UsageRecord.objects.count() == 1
