"""The rating bench's tables: tenants with contracts of every common kind, and a month of calls as usage records.

Imported only after Django knows its settings. Contracts go through the services that people's work goes through; usage
is written as mediation writes it, but by the database itself, so that a million rows take seconds.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Sum

from billing.contracts.models import BillingEntity, Contract, TaxRule, TenantBilling
from billing.contracts.services import Price, approve_version, write_version
from billing.invoices.models import Document, DocumentLine
from billing.invoices.refreshing import refresh_contracts
from billing.mediation.models import UsageRecord
from billing.mediation.services import mediate
from seatline.ids import new_id
from telephony.journal.services import ClosedCall
from tenants.accounts.models import Tenant, User
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.accounts.staff import FINANCE
from tenants.seats.services import add_seats, grant_lease

FIRST, AFTER = date(2026, 10, 1), date(2026, 11, 1)
BEGINS_AT = datetime(2026, 9, 30, 16, tzinfo=UTC)  # midnight in Shanghai
WRITTEN_AT = datetime(2026, 10, 1, tzinfo=UTC)
RATED_AT = datetime(2026, 11, 5, tzinfo=UTC)
DAYS, NUMBERS = 31, 3
_PIECE = 100_000

_PER_CALL = Price("calls", "metered", {"price": "1.50", "minimum_amount": "2000"}, "Calls", "通话", "vat")
_TIERS = Price(
    "calls", "metered",
    {"mode": "graduated", "tiers": [{"up_to": 1000, "price": "1.5"}, {"price": "1.1"}]}, "Calls", "通话", "vat",
)  # fmt: skip
_BUNDLE = Price("calls", "bundle", {"fee": "4000", "included": 0, "overage_price": "0.9"}, "Calls", "通话", "vat")
_RENT = Price("numbers", "recurring", {"price": "200", "count": NUMBERS}, "Numbers", "号码", "vat")
_SEATS = Price("seats", "seat_month", {"price": "3000", "minimum_seats": 1}, "Seats", "座席", "vat")
_DISCOUNT = Price("friend", "discount", {"percent": "5", "of": ["calls"]}, "Discount", "折扣", "vat")
MODES: Sequence[Sequence[Price]] = (
    (_PER_CALL, _RENT),
    (_TIERS, _RENT, _DISCOUNT),
    (_BUNDLE, _RENT),
    (_SEATS, _PER_CALL),
)

_ADD_CALLS = """
INSERT INTO billing_usagerecord (
    id, position, tenant_id, meter, source_id, revision, quantity, duration, waited, value, number, label, days_after,
    occurred_at, recorded_at, reason, facts
)
SELECT
    -- In order of time, as the house's own ids are.
    ('0' || lpad(to_hex(%(after)s + n), 11, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid,
    %(after)s + n, tenants[1 + n %% %(tenants)s], 'call_in',
    ('1' || lpad(to_hex(%(after)s + n), 11, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, 0, 1,
    make_interval(secs => 30 + n %% 400), make_interval(secs => n %% 60), 0, '', 'answered', 0,
    %(begins)s::timestamptz + make_interval(secs => n::double precision * %(length)s / %(calls)s),
    %(begins)s::timestamptz + make_interval(days => 31), '',
    jsonb_build_object('outcome', 'answered', 'dialled', '+86219696' || 1 + n %% %(tenants)s * 10 + n %% %(numbers)s,
        'flow', 'main', 'queue', 'service', 'agent', (1000 + n %% 370)::text)
FROM generate_series(1, %(calls)s) n, (SELECT %(ids)s::uuid[] tenants) known
"""

_AGGREGATE = """
SELECT tenant_id, facts->>'dialled', (occurred_at AT TIME ZONE 'Asia/Shanghai')::date,
    count(*), sum(quantity), sum(duration)
FROM billing_usagerecord WHERE reason = '' GROUP BY 1, 2, 3
"""


def make_tenants(count: int) -> None:
    """`count` tenants, each with billing data, seats and a contract for October 2026."""
    with operator_scope():
        tenants = [Tenant.objects.create(code=f"t{n:03d}", name=f"Tenant {n}") for n in range(count)]
        add_seats(range(1, count + 1))
        for tenant in tenants:
            grant_lease(tenant, 1, BEGINS_AT, at=BEGINS_AT)
        writer, approver = (User.objects.create_user(name, is_staff=True) for name in ("writer", "approver"))
        for user in (writer, approver):
            user.groups.add(Group.objects.get_or_create(name=FINANCE)[0])
    with finance_scope():
        TaxRule.objects.create(code="vat", starts_on=date(2020, 1, 1), rate_percent=6, name="VAT")
        seller = BillingEntity.objects.create(code="op", legal_name="Operator", address="1 Bund", tax_id="1")
        for n, tenant in enumerate(tenants):
            TenantBilling.objects.create(tenant=tenant, legal_name=tenant.name, address="2 Bund", tax_id=str(n))
            contract = Contract.objects.create(
                tenant=tenant, entity=seller, number=f"C-{n:03d}", service_mode="service_outsourcing", starts_on=FIRST,
                ends_on=AFTER,
            )  # fmt: skip
            version = write_version(contract, FIRST, MODES[n % len(MODES)], user=writer, at=WRITTEN_AT)
            approve_version(version, approver, WRITTEN_AT)


def add_calls(tenants: int, calls: int) -> None:
    """`calls` answered calls more, even over tenants and days; in pieces, so that no statement runs for a minute."""
    with finance_scope():
        ids = [str(one) for one in Tenant.objects.order_by("code").values_list("id", flat=True)]
    for first in range(0, calls, _PIECE):
        with finance_scope(), connection.cursor() as cursor:
            piece = min(_PIECE, calls - first)
            after = UsageRecord.objects.count()
            values: dict[str, Any] = {
                "after": after, "tenants": tenants, "begins": BEGINS_AT, "calls": piece, "numbers": NUMBERS, "ids": ids,
                "length": DAYS * 86_400 - 1,
            }  # fmt: skip
            cursor.execute("SET LOCAL statement_timeout = 0")  # a busy machine makes no false result here
            cursor.execute(_ADD_CALLS, values)
            cursor.execute(
                "INSERT INTO billing_bookmark (source, position) VALUES ('usage', %s)"
                " ON CONFLICT (source) DO UPDATE SET position = excluded.position",
                [after + piece],
            )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) billing_usagerecord")


def drafts() -> float:
    """Seconds that all drafts take, from nothing."""
    with finance_scope():
        Document.objects.all().delete()
    begun = perf_counter()
    done = refresh_contracts(RATED_AT)
    seconds = perf_counter() - begun
    if done.failures:
        raise RuntimeError(done.failures[0])
    return seconds


def aggregate() -> None:
    """The baseline: one statement, all its rows brought here."""
    with finance_scope(), connection.cursor() as cursor:
        cursor.execute(_AGGREGATE)
        cursor.fetchall()


def counted() -> int:
    """Calls that stand on lines of drafts: each must stand on exactly one."""
    with finance_scope():
        lines = DocumentLine.objects.filter(charges__part__in=["usage", "overage"])
        return int(lines.aggregate(total=Sum("quantity"))["total"] or 0)


def mediation_rows_per_s(calls: int = 5000) -> int:
    """How many closed calls a second become usage records, beside those that are there."""
    with finance_scope():
        tenant_id = Tenant.objects.order_by("code").values_list("id", flat=True)[0]
    told = [_call(tenant_id, n) for n in range(1, calls + 1)]
    begun = perf_counter()
    mediate(RATED_AT, lambda position, limit: told[position : position + limit])
    return round(calls / (perf_counter() - begun))


def _call(tenant_id: object, position: int) -> ClosedCall:
    started_at = BEGINS_AT + timedelta(seconds=position)
    return ClosedCall(
        call_id=new_id(), position=position, tenant_id=tenant_id, direction="inbound", dialled="+862196961",  # type: ignore[arg-type]
        merchant_code=None, caller="+862161234567", flow_code="main", queue_code="service", agent_id=None,
        agent_number="1001", outcome="answered", started_at=started_at, answered_at=started_at,
        connected_at=started_at, ended_at=started_at + timedelta(minutes=3), talk=timedelta(minutes=3),
        waited=timedelta(seconds=8), practice=False,
    )  # fmt: skip
