"""The operator's staff: which part of the house each group opens.

Rights by role stand in one table, `GROUPS`; the rows of Django's `auth_group` are made from it by a migration signal
after each `migrate`, so that the table is the truth.
"""

from tenants.accounts.models import User

OPERATIONS = "operations"
SUPERVISION = "supervision"
FINANCE = "finance"


def is_finance(user: User) -> bool:
    """Whether this person works on money: opens documents, prepares and approves."""
    return user.groups.filter(name=FINANCE).exists()
