"""Jobs of this floor; each lives in its room. The job queue looks for this name in every app."""

from billing.exports import jobs as exports
from billing.mails import jobs as mails
from billing.mediation import jobs as mediation
from billing.portal import jobs as portal
from billing.receivables import jobs as receivables
from billing.reconciliation import jobs as reconciliation
from billing.runs import jobs as runs

__all__ = ["exports", "mails", "mediation", "portal", "receivables", "reconciliation", "runs"]
