"""Sellers, contracts, closed calls and drafts, with good defaults.

`a_contract` and what follows run in the finance scope; tenants are made in the operator's (tests/builders/tenants.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection

from billing.contracts.models import BillingEntity, Contract, TaxRule, TenantBilling
from billing.contracts.services import Price, approve_version, write_version
from billing.mediation.models import UsageRecord
from billing.mediation.services import Mediated, mediate
from seatline.ids import new_id
from telephony.journal.services import ClosedCall
from tenants.accounts.models import Tenant, User
from tenants.accounts.scope import finance_scope, operator_scope
from tenants.accounts.staff import FINANCE
from tests.builders.tenants import a_tenant

OCTOBER = date(2026, 10, 1)
MID_OCTOBER = datetime(2026, 10, 15, 4, tzinfo=UTC)  # noon in Shanghai
NOVEMBER_3 = datetime(2026, 11, 3, 4, tzinfo=UTC)  # October is over
NOVEMBER_24 = datetime(2026, 11, 24, 4, tzinfo=UTC)

BUNDLE = Price(
    "bundle", "bundle", {"fee": "8000.00", "included": 2, "overage_price": "1.20"},
    "Hotline bundle", "热线套餐", "service",
)  # fmt: skip
RENT = Price("numbers", "recurring", {"price": "200.00", "count": 3}, "Number rent", "号码租费", "telecom")
SEATS = Price("seats", "seat_month", {"price": "3000.00", "minimum_seats": 10}, "Seats", "座席", "service")
PER_CALL = Price("calls", "metered", {"price": "1.50"}, "Calls answered", "接通电话", "service")


def a_finance_user(name: str = "fin1") -> User:
    """A person of the finance group."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=FINANCE)[0])
    return user


def a_seller(code: str = "sl") -> BillingEntity:
    """The operator's legal entity, with tax rules for services (6 %) and telecom (9 %)."""
    for tax_code, rate in (("service", 6), ("telecom", 9)):
        TaxRule.objects.get_or_create(
            code=tax_code, starts_on=date(2020, 1, 1),
            defaults={"rate_percent": rate, "name": f"VAT {tax_code}", "name_zh": "增值税"},
        )  # fmt: skip
    return BillingEntity.objects.get_or_create(
        code=code,
        defaults={
            "legal_name": "Seatline Operations Ltd", "legal_name_zh": "席线运营有限公司", "address": "1 Bund, Shanghai",
            "address_zh": "上海市外滩1号", "tax_id": "91310000MA1K000001", "bank_name": "Bank of the Bund",
            "bank_account": "6222 0000 0001",
        },
    )[0]  # fmt: skip


def a_buyer(tenant: Tenant, **fields: object) -> TenantBilling:
    """A tenant's billing data."""
    defaults = {
        "legal_name": f"{tenant.name} Ltd", "legal_name_zh": f"{tenant.name}有限公司", "address": "2 Century Avenue",
        "address_zh": "世纪大道2号", "tax_id": "91310000MA1K000002",
    }  # fmt: skip
    return TenantBilling.objects.create(tenant=tenant, **{**defaults, **fields})


def a_contract(tenant: Tenant, prices: Sequence[Price] = (BUNDLE, RENT), **fields: object) -> Contract:
    """A contract from October 2026 on with one approved version, and the tenant's billing data."""
    if not TenantBilling.objects.filter(tenant=tenant).exists():
        a_buyer(tenant)
    defaults = {"number": f"C-{tenant.code}", "service_mode": "service_outsourcing", "starts_on": OCTOBER}
    contract = Contract.objects.create(tenant=tenant, entity=a_seller(), **{**defaults, **fields})
    writer, approver = a_writer("writer"), a_writer("approver")
    version = write_version(contract, contract.starts_on, prices, user=writer, at=MID_OCTOBER)
    approve_version(version, approver, MID_OCTOBER)
    return contract


def a_writer(name: str) -> User:
    """The finance user of that name, made once; users are the operator's to make."""
    found = User.objects.filter(username=name).first()
    if found:
        return found
    with operator_scope():
        return a_finance_user(name)


def a_world(
    code: str = "museum", prices: Sequence[Price] = (BUNDLE, RENT), **fields: object
) -> tuple[Contract, User, User]:
    """A tenant with a contract, and two finance users. Outside any scope."""
    with operator_scope():
        tenant = a_tenant(code)
        first, second = a_writer("fin1"), a_writer("fin2")
    with finance_scope():
        return a_contract(tenant, prices, **fields), first, second


def a_closed_call(tenant: Tenant | UUID | None, position: int = 1, **fields: object) -> ClosedCall:
    """A call that an agent answered at noon on 15 October 2026 and that lasted three minutes."""
    started_at = fields.pop("started_at", MID_OCTOBER)
    assert isinstance(started_at, datetime)
    call = ClosedCall(
        call_id=new_id(), position=position, tenant_id=tenant.pk if isinstance(tenant, Tenant) else tenant,
        direction="inbound", dialled="+862196968101", merchant_code=None, caller="+862161234567", flow_code="main",
        queue_code="service", agent_id=None, agent_number="1001", outcome="answered", started_at=started_at,
        answered_at=started_at, connected_at=started_at, ended_at=started_at + timedelta(minutes=3),
        talk=timedelta(minutes=3), waited=timedelta(seconds=8), practice=False,
    )  # fmt: skip
    return replace(call, **fields)


def mediate_calls(calls: Sequence[ClosedCall], at: datetime = NOVEMBER_3, batch: int = 500) -> Mediated:
    """Run mediation over these calls as if telephony had told them."""

    def after(position: int, limit: int) -> list[ClosedCall]:
        return sorted((call for call in calls if call.position > position), key=lambda call: call.position)[:limit]

    return mediate(at, after, batch)


def copy_usage(tenant_id: UUID, rows: int) -> None:
    """Copy the tenant's newest usage record until there are `rows`, 20 seconds apart from 1 October on.

    Straight in the table, in the order that mediation keeps: made call by call, a hundred thousand would take minutes.
    """
    new = {
        "id": "gen_random_uuid()",
        "source_id": "gen_random_uuid()",
        "position": "old.position + n",
        "occurred_at": "timestamptz '2026-10-01 00:00+08' + n * interval '20 seconds'",
    }
    columns = [field.column for field in UsageRecord._meta.concrete_fields]
    with finance_scope(), connection.cursor() as cursor:
        cursor.execute(
            f"insert into billing_usagerecord ({', '.join(columns)})"
            f" select {', '.join(new.get(column, f'old.{column}') for column in columns)}"
            " from (select * from billing_usagerecord where tenant_id = %s order by position desc limit 1) old,"
            " generate_series(1, %s) n",
            [tenant_id, rows - 1],
        )
        cursor.execute("update billing_bookmark set position = position + %s where source = 'usage'", [rows - 1])
