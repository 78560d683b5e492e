"""Tables of this floor; each lives in its room."""

from tenants.accounts.models import Membership, Tenant, User

__all__ = ["Membership", "Tenant", "User"]
