"""Pages of this floor in the operator's admin; each lives in its room."""

from tenants.accounts import admin as accounts
from tenants.farewell import admin as farewell
from tenants.keys import admin as keys
from tenants.numbers import admin as numbers
from tenants.seats import admin as seats
from tenants.trust import admin as trust

__all__ = ["accounts", "farewell", "keys", "numbers", "seats", "trust"]
