"""Pages of this floor in the operator's admin; each lives in its room."""

from billing.contracts import admin as contracts
from billing.exports import admin as exports
from billing.invoices import admin as invoices
from billing.mails import admin as mails
from billing.mediation import admin as mediation
from billing.receivables import admin as receivables
from billing.receivables import admin_reminders as reminders
from billing.runs import admin as runs

__all__ = ["contracts", "exports", "invoices", "mails", "mediation", "receivables", "reminders", "runs"]
