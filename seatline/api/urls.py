"""Every address of the API, by resource. A new resource is one line here, beside its `api.py`."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from agents.people import api as people
from agents.presence import api as presence
from billing.contracts import api as contracts
from billing.contracts import api_files as contract_files
from billing.exports import api as exports
from billing.exports import api_fapiao as fapiao
from billing.exports import api_jobs as export_jobs
from billing.invoices import api as invoices
from billing.mediation import api as mediation
from billing.portal import api as portal
from billing.receivables import api as receivables
from billing.receivables import api_accounts as accounts_receivable
from billing.receivables import api_reminders as reminders
from billing.runs import api as runs
from seatline.api import docs
from telephony.callbacks import api as callbacks
from telephony.journal import api as journal
from telephony.lookups import api as lookups
from telephony.lookups import api_sources as sources
from telephony.plans import api_flows as flows
from telephony.plans import api_phones as phones
from telephony.plans import api_prompts as prompts
from telephony.plans import api_queues as queues
from telephony.recordings import api as recordings
from telephony.reports import api as reports
from telephony.requests import api as requests
from telephony.stays import api as stays
from telephony.trunks import api as trunks
from telephony.trunks import api_do_not_call as do_not_call
from telephony.voicemail import api as voicemail
from tenants.accounts import api as accounts
from tenants.cases import api as cases
from tenants.cases import api_types as case_types
from tenants.customers import api as customers
from tenants.customers import api_imports as customer_imports
from tenants.forms import api as scripts
from tenants.keys import api as keys
from tenants.knowledge import api as knowledge
from tenants.numbers import api as numbers
from tenants.seats import api as seats

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
for name, resource in {
    "keys": keys.Keys,
    "tenants": accounts.Tenants,
    "numbers": numbers.Numbers,
    "number-assignments": numbers.Assignments,
    "directory-listings": numbers.Listings,
    "seats": seats.Seats,
    "seat-leases": seats.Leases,
    "agents": people.Agents,
    "skills": people.Skills,
    "pause-reasons": people.PauseReasons,
    "presence": presence.Presence,
    "agent-sessions": presence.Sessions,
    "presence-intervals": presence.Intervals,
    "flows": flows.Flows,
    "flow-trials": flows.Trials,
    "routes": flows.Routes,
    "prompts": prompts.Prompts,
    "queues": queues.Queues,
    "phones": phones.Phones,
    "trunks": trunks.Trunks,
    "outside-rules": trunks.OutsideRules,
    "do-not-call": do_not_call.DoNotCallList,
    "calls": journal.Calls,
    "queue-stays": stays.Stays,
    "queue-log": journal.QueueEvents,
    "recordings": recordings.Recordings,
    "voicemail": voicemail.Messages,
    "orders": lookups.Orders,
    "systems": sources.Systems,
    "table-rows": sources.TableRows,
    "callbacks": callbacks.Callbacks,
    "call-requests": requests.CallRequests,
    "sellers": contracts.Sellers,
    "contracts": contracts.Contracts,
    "contract-versions": contracts.ContractVersions,
    "contract-files": contract_files.ContractFiles,
    "invoices": invoices.Invoices,
    "usage": mediation.Usage,
    "open-items": receivables.OpenItems,
    "billing-runs": runs.Runs,
    "payments": receivables.Payments,
    "accounts": accounts_receivable.Accounts,
    "reminders": reminders.Reminders,
    "disputes": reminders.Disputes,
    "exports": export_jobs.Exports,
    "fapiao": fapiao.FapiaoList,
    "bill-alerts": portal.BillAlerts,
    "reports": reports.Reports,
    "customers": customers.Customers,
    "customer-merges": customers.Merges,
    "customer-imports": customer_imports.Imports,
    "case-types": case_types.CaseTypes,
    "cases": cases.Cases,
    "articles": knowledge.Articles,
    "scripts": scripts.Scripts,
    "script-answers": scripts.Answers,
}.items():
    router.register(name, resource, basename=name)

urlpatterns = [
    path("", docs.page, name="api"),
    path("openapi.json", docs.document, name="openapi"),
    path("me", keys.Me.as_view({"get": "whoami"}), name="me"),
    path("flow-schema", flows.FlowSchema.as_view({"get": "form"}), name="flow-schema"),
    path("", include(router.urls)),
    path(
        "invoices/<uuid:pk>/files/<slug:kind>",
        exports.InvoiceFiles.as_view({"get": "download"}),
        name="invoice-file",
    ),
    re_path("", docs.nothing_here),
]
