"""Tables of this floor; each lives in its room."""

from tenants.accounts.models import Membership, Tenant, User
from tenants.keys.models import ApiKey, KeptAnswer
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tenants.seats.models import LeaseOccurrence, LeaseWindow, NamedSeat, Seat, SeatLease

__all__ = [
    "ApiKey",
    "DirectoryListing",
    "KeptAnswer",
    "LeaseOccurrence",
    "LeaseWindow",
    "Membership",
    "NamedSeat",
    "Number",
    "NumberAssignment",
    "Seat",
    "SeatLease",
    "Tenant",
    "User",
]
