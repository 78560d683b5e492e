"""Pages of this floor in the operator's admin; each lives in its room."""

from agents.people import admin as people
from agents.presence import admin as presence

__all__ = ["people", "presence"]
