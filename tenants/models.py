"""Tables of this floor; each lives in its room."""

from tenants.accounts.models import Membership, Tenant, User
from tenants.cases.models import Case, CaseEvent, CaseType, TopicDigest
from tenants.customers.models import Customer, CustomerForm, CustomerImport, CustomerMerge, CustomerNumber
from tenants.farewell.models import Farewell
from tenants.forms.models import Script, ScriptAnswers, ScriptVersion
from tenants.keys.models import ApiKey, KeptAnswer
from tenants.knowledge.models import Article, ArticleRevision
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tenants.seats.models import LeaseOccurrence, LeaseWindow, NamedSeat, Seat, SeatLease
from tenants.trust.models import Anchor, Operation

__all__ = [
    "Anchor",
    "ApiKey",
    "Article",
    "ArticleRevision",
    "Case",
    "CaseEvent",
    "CaseType",
    "Customer",
    "CustomerForm",
    "CustomerImport",
    "CustomerMerge",
    "CustomerNumber",
    "DirectoryListing",
    "Farewell",
    "KeptAnswer",
    "LeaseOccurrence",
    "LeaseWindow",
    "Membership",
    "NamedSeat",
    "Number",
    "NumberAssignment",
    "Operation",
    "Script",
    "ScriptAnswers",
    "ScriptVersion",
    "Seat",
    "SeatLease",
    "Tenant",
    "TopicDigest",
    "User",
]
