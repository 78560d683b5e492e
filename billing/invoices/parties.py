"""Seller and buyer as they are copied onto a document. What is printed never comes from anywhere else."""

from billing.contracts.models import BillingEntity, TenantBilling
from seatline.errors import Refused


class BuyerMissing(Refused):
    """The tenant has no billing data yet: enter its legal name, address and tax id first."""


def seller_of(entity: BillingEntity) -> dict[str, str]:
    """The seller's printed fields."""
    return {
        "code": entity.code,
        "legal_name": entity.legal_name,
        "legal_name_zh": entity.legal_name_zh or entity.legal_name,
        "address": entity.address,
        "address_zh": entity.address_zh or entity.address,
        "country": entity.country,
        "tax_id": entity.tax_id,
        "phone": entity.phone,
        "bank_name": entity.bank_name,
        "bank_account": entity.bank_account,
        "bank_code": entity.bank_code,
        "electronic_address": entity.electronic_address,
        "electronic_scheme": entity.electronic_scheme,
        "time_zone": entity.time_zone,
    }


def buyer_of(billing: TenantBilling) -> dict[str, str | int]:
    """The buyer's printed fields, with the language and terms that the document follows."""
    return {
        "legal_name": billing.legal_name,
        "legal_name_zh": billing.legal_name_zh or billing.legal_name,
        "address": billing.address,
        "address_zh": billing.address_zh or billing.address,
        "tax_id": billing.tax_id,
        "phone": billing.phone,
        "bank_name": billing.bank_name,
        "bank_account": billing.bank_account,
        "country": billing.country,
        "electronic_address": billing.electronic_address,
        "electronic_scheme": billing.electronic_scheme,
        "buyer_reference": billing.buyer_reference,
        "purchase_order": billing.purchase_order,
        "email": billing.email,
        "language": billing.language,
        "payment_terms_days": billing.payment_terms_days,
    }
