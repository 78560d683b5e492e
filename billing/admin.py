"""Pages of this floor in the operator's admin; each lives in its room."""

from billing.contracts import admin as contracts
from billing.invoices import admin as invoices
from billing.mediation import admin as mediation

__all__ = ["contracts", "invoices", "mediation"]
