"""Tables of this floor; each lives in its room."""

from billing.contracts.models import (
    BillingEntity,
    Contract,
    ContractFile,
    ContractVersion,
    PriceComponent,
    TaxRule,
    TenantBilling,
)
from billing.exports.models import Artefact, ExportJob, Fapiao, LedgerAccount
from billing.invoices.models import Charge, Document, DocumentLine, DocumentTax, NumberSeries
from billing.mails.models import Mail
from billing.mediation.models import Bookmark, UsageRecord
from billing.portal.models import BillAlert
from billing.receivables.models import Allocation, Dispute, DunningStep, Payment, Reminder
from billing.runs.models import BillingRun, RunDocument, RunItem

__all__ = [
    "Allocation",
    "Artefact",
    "BillAlert",
    "BillingEntity",
    "BillingRun",
    "Bookmark",
    "Charge",
    "Contract",
    "ContractFile",
    "ContractVersion",
    "Dispute",
    "Document",
    "DocumentLine",
    "DocumentTax",
    "DunningStep",
    "ExportJob",
    "Fapiao",
    "LedgerAccount",
    "Mail",
    "NumberSeries",
    "Payment",
    "PriceComponent",
    "Reminder",
    "RunDocument",
    "RunItem",
    "TaxRule",
    "TenantBilling",
    "UsageRecord",
]
