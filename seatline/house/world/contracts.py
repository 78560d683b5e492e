"""Seller, buyers, tax rules and contracts: each tenant pays by another way of charging."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from billing.contracts.models import BillingEntity, Contract, ContractVersion, TaxRule, TenantBilling
from billing.contracts.services import Price, approve_version, write_version
from tenants.accounts.models import Tenant, User

SERVICE, TELECOM = "service", "telecom"
# With the category of China's fapiao (税收分类编码): call centres are named under management of business processes. The
# seller's accountant confirms both.
RATES = (
    (SERVICE, "6.000", "VAT on services", "现代服务增值税", "3040204000000000000", "业务流程管理服务"),
    (TELECOM, "9.000", "VAT on basic telecommunications", "基础电信服务增值税", "3030100000000000000", "基础电信服务"),
)
RATES_SINCE = date(2026, 1, 1)  # China's VAT Law
SIGNED_BEFORE = timedelta(days=10)  # so long before service begins prices are written and approved

SELLER = {
    "legal_name": "Seatline Operations Co., Ltd.", "legal_name_zh": "席线呼叫中心运营有限公司",
    "address": "370 Exchange Road, Shanghai", "address_zh": "上海市交换路370号", "tax_id": "91310000MA1SEAT37D",
    "phone": "021-96968000", "bank_name": "Bank of the Bund, Exchange Road", "bank_account": "3100 0370 1252 0001",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deal:
    """A tenant as a buyer, and what was agreed."""

    legal_name: str
    legal_name_zh: str
    address: str
    address_zh: str
    tax_id: str
    mode: str
    prices: Sequence[Price]


def _rent(count: int) -> Price:
    return Price(
        "numbers", "recurring", {"price": "200.00", "count": count}, "Rent of numbers", "号码租用费", TELECOM
    )  # fmt: skip


DEALS: Mapping[str, Deal] = {
    "museum": Deal(
        "City Museum", "城市博物馆", "1 Museum Square, Shanghai", "上海市博物馆广场1号", "12310000425000101X",
        Contract.ServiceMode.SERVICE_OUTSOURCING,
        (
            Price("calls", "bundle", {"fee": "8000.00", "included": 5000, "overage_price": "1.20"},
                  "Hotline service, 5,000 calls included", "热线服务（含5000通）", SERVICE),
            _rent(3),
        ),
    ),
    "harbour": Deal(
        "Harbour Insurance Co., Ltd.", "海港保险股份有限公司", "202 Harbour Street, Shanghai", "上海市海港街202号",
        "91310000MA1HARB20X", Contract.ServiceMode.SEAT_LEASING,
        (
            Price("seats", "seat_month", {"price": "3000.00", "minimum_seats": 10}, "Seats", "座席租用", SERVICE),
            _rent(3),
        ),
    ),
    "lotus": Deal(
        "Blue Lotus Mail Order Co., Ltd.", "蓝莲邮购有限公司", "303 Lotus Lane, Shanghai", "上海市莲花路303号",
        "91310000MA1LOTUS3X", Contract.ServiceMode.TEMPORARY_RENTAL,
        (
            Price("calls", "metered", {"price": "1.50", "minimum_amount": "2000.00"}, "Calls answered", "接听电话",
                  SERVICE),
            Price("hours", "seat_hour", {"price": "6.00"}, "Seats by the hour", "座席租用（按小时）", SERVICE),
            _rent(3),
        ),
    ),
}  # fmt: skip


def make_contracts(tenants: Mapping[str, Tenant], began: date) -> dict[str, UUID]:
    """Contracts in force since service began, written by one person of finance and approved by another; ids by code."""
    for code, rate, name, name_zh, item_code, item in RATES:
        TaxRule.objects.get_or_create(
            code=code, starts_on=RATES_SINCE,
            defaults={
                "rate_percent": Decimal(rate), "name": name, "name_zh": name_zh, "cn_item_code": item_code,
                "cn_item_name": item,
            },
        )  # fmt: skip
    seller, _ = BillingEntity.objects.get_or_create(code="sl", defaults=SELLER)
    return {code: _contract(seller, tenants[code], deal, began) for code, deal in DEALS.items()}


def _contract(seller: BillingEntity, tenant: Tenant, deal: Deal, began: date) -> UUID:
    TenantBilling.objects.get_or_create(
        tenant=tenant,
        defaults={
            "legal_name": deal.legal_name, "legal_name_zh": deal.legal_name_zh, "address": deal.address,
            "address_zh": deal.address_zh, "tax_id": deal.tax_id, "email": f"accounts@{tenant.code}.example",
        },
    )  # fmt: skip
    contract = Contract.objects.filter(tenant=tenant).first()
    if contract is None:
        contract = Contract.objects.create(
            tenant=tenant, entity=seller, number=f"SL-{began.year}-{tenant.code.upper()}", service_mode=deal.mode,
            starts_on=began,
        )  # fmt: skip
    if not ContractVersion.objects.filter(contract=contract).exists():
        signed_at = datetime.combine(began, time(2), UTC) - SIGNED_BEFORE
        writer, approver = (User.objects.get(username=name) for name in ("finance", "finance2"))
        version = write_version(contract, contract.starts_on, deal.prices, user=writer, at=signed_at)
        approve_version(version, approver, signed_at + timedelta(days=1))
    return contract.id
