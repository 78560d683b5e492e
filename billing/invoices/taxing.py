"""The tax of a line: the rule of its code on the last day of service, as the buyer's treatment has it."""

from dataclasses import dataclass
from decimal import Decimal

from billing.contracts.models import TaxRule, TenantBilling

_Treatment = TenantBilling.TaxTreatment
_Category = TaxRule.Category

#: treatment -> category, name and reason as printed, in English and Chinese.
_UNTAXED: dict[str, tuple[str, str, str, str, str]] = {
    _Treatment.REVERSE_CHARGE: (
        _Category.REVERSE_CHARGE,
        "Reverse charge",
        "反向征税",
        "Reverse charge: the recipient of the service owes the tax (Article 196, Directive 2006/112/EC).",
        "反向征税：由服务接受方缴纳税款。",
    ),
    _Treatment.EXPORT: (
        _Category.EXPORT,
        "Export of services",
        "出口服务",
        "Export of services: no tax is charged.",
        "出口服务：不征税。",
    ),
}


@dataclass(frozen=True, slots=True)
class LineTax:
    """What a line's tax is, with everything that is printed about it."""

    code: str
    category: str
    rate_percent: Decimal
    name: str
    name_zh: str
    exemption_text: str = ""
    exemption_text_zh: str = ""


def treatment_of(buyer: TenantBilling | None) -> str:
    """How a buyer's documents are taxed now."""
    return buyer.tax_treatment if buyer else _Treatment.DOMESTIC


def tax_of(rule: TaxRule, treatment: str) -> LineTax:
    """The tax of a line under a buyer's treatment; a rate of nought is never called taxed."""
    if treatment in _UNTAXED:
        category, name, name_zh, why, why_zh = _UNTAXED[treatment]
        return LineTax(rule.code, category, Decimal(0), name, name_zh, why, why_zh)
    category = rule.category
    if not rule.rate_percent and category == _Category.STANDARD:
        category = _Category.ZERO
    return LineTax(
        rule.code,
        category,
        rule.rate_percent,
        rule.name,
        rule.name_zh,
        rule.exemption_text,
        rule.exemption_text_zh,
    )
