"""Jobs of this floor; each lives in its room. The job queue looks for this name in every app."""

from tenants.cases import jobs as cases
from tenants.keys import jobs as keys
from tenants.seats import jobs as seats
from tenants.trust import jobs as trust

__all__ = ["cases", "keys", "seats", "trust"]
