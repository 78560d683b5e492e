"""Tables of this floor; each lives in its room."""

from billing.contracts.models import BillingEntity, Contract, ContractVersion, PriceComponent, TaxRule, TenantBilling
from billing.exports.models import Artefact
from billing.invoices.models import Charge, Document, DocumentLine, DocumentTax, NumberSeries
from billing.mediation.models import Bookmark, UsageRecord
from billing.runs.models import BillingRun, RunDocument, RunItem

__all__ = [
    "Artefact",
    "BillingEntity",
    "BillingRun",
    "Bookmark",
    "Charge",
    "Contract",
    "ContractVersion",
    "Document",
    "DocumentLine",
    "DocumentTax",
    "NumberSeries",
    "PriceComponent",
    "RunDocument",
    "RunItem",
    "TaxRule",
    "TenantBilling",
    "UsageRecord",
]
