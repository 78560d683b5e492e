"""Tables of this floor; each lives in its room."""

from tenants.accounts.models import Membership, Tenant, User
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tenants.seats.models import LeaseOccurrence, LeaseWindow, NamedSeat, Seat, SeatLease

__all__ = [
    "DirectoryListing",
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
