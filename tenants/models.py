"""Tables of this floor; each lives in its room."""

from tenants.accounts.models import Membership, Tenant, User
from tenants.keys.models import ApiKey, KeptAnswer
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tenants.seats.models import LeaseOccurrence, LeaseWindow, NamedSeat, Seat, SeatLease
from tenants.trust.models import Anchor, Operation

__all__ = [
    "Anchor",
    "ApiKey",
    "DirectoryListing",
    "KeptAnswer",
    "LeaseOccurrence",
    "LeaseWindow",
    "Membership",
    "NamedSeat",
    "Number",
    "NumberAssignment",
    "Operation",
    "Seat",
    "SeatLease",
    "Tenant",
    "User",
]
