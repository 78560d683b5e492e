"""Jobs of this floor; each lives in its room. The job queue looks for this name in every app."""

from tenants.keys import jobs as keys
from tenants.seats import jobs as seats

__all__ = ["keys", "seats"]
