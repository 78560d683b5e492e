"""The operator's staff: which part of the house each group opens.

Rights by role stand in one table, `GROUPS`; the rows of Django's `auth_group` are made from it by a migration signal
after each `migrate`, so that the table is the truth. It opens doors of the admin only: what a person then sees and may
write is PostgreSQL's to say (`tenants/accounts/walls.py`), and who may approve what is the services'.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.models import Group, Permission

from tenants.accounts.models import User

OPERATIONS = "operations"
SUPERVISION = "supervision"
TECHNICIANS = "technicians"
SECURITY = "security"
FINANCE = "finance"

# For each group: models as "app.model" (* stands for all of an app) and what may be done with them, in the letters of
# walls.py: read, create, update, delete. Models of the floors above are named here as words only.
GROUPS: Mapping[str, Mapping[str, str]] = {
    # Lets seats and numbers, sets up tenants, their agents, queues and flows.
    OPERATIONS: {
        "tenants.*": "r",
        "tenants.tenant": "rcu",
        "tenants.number": "rcu",
        "tenants.numberassignment": "rcu",
        "tenants.directorylisting": "rcu",
        "tenants.seat": "ru",
        "tenants.seatlease": "rcu",
        "tenants.leasewindow": "rc",
        "agents.*": "r",
        "agents.agent": "rcu",
        "agents.skill": "rcu",
        "agents.agentskill": "rcud",
        "agents.outsidephone": "rcud",
        "agents.pausereason": "rcud",
        "telephony.*": "r",
        "telephony.queue": "rcu",
        "telephony.queueskill": "rcud",
        "telephony.flow": "rcu",
        "telephony.flowversion": "rcu",
        "telephony.route": "rcud",
        "telephony.prompt": "rcu",
        "telephony.system": "rcu",
        "telephony.tablerow": "rcud",
        "telephony.donotcall": "rcud",
        "telephony.callback": "ru",
        "telephony.voicemail": "ru",
        "telephony.recording": "rd",
        "telephony.supervisor": "rcud",
        "telephony.retentionrule": "rcud",
        "telephony.legalhold": "rcu",
    },
    # Watches the floor; gives agents skills and pauses, looks up calls.
    SUPERVISION: {
        "tenants.tenant": "r",
        "tenants.seat": "r",
        "tenants.seatlease": "r",
        "agents.*": "r",
        "agents.agent": "ru",
        "agents.agentskill": "rcud",
        "agents.outsidephone": "rcud",
        "telephony.*": "r",
        "telephony.callback": "ru",
        "telephony.voicemail": "ru",
    },
    # Keeps seats, phones, trunks and numbers working.
    TECHNICIANS: {
        "tenants.tenant": "r",
        "tenants.number": "r",
        "tenants.numberassignment": "r",
        "tenants.directorylisting": "r",
        "tenants.seat": "ru",
        "agents.agentsession": "r",
        "telephony.*": "r",
        "telephony.phone": "rcu",
        "telephony.trunk": "rcu",
        "telephony.outsiderule": "rcud",
        "telephony.donotcall": "rcud",
    },
    # Gives and takes accounts; reads what was done.
    SECURITY: {
        "tenants.tenant": "r",
        "tenants.user": "rcu",
        "tenants.membership": "rcud",
        "tenants.apikey": "rcu",
        "tenants.operation": "r",
        "auth.group": "r",
        "admin.logentry": "r",
        "agents.agent": "ru",
        "agents.agentsession": "r",
        "telephony.phone": "r",
    },
    # Contracts, usage, documents.
    FINANCE: {
        "tenants.tenant": "r",
        "tenants.seatlease": "r",
        "tenants.leaseoccurrence": "r",
        "tenants.numberassignment": "r",
        "tenants.directorylisting": "r",
        "agents.agent": "r",
        "agents.agentsession": "r",
        "telephony.call": "r",
        "telephony.leg": "r",
        "billing.*": "rcu",
    },
}
_VERBS = {"r": "view", "c": "add", "u": "change", "d": "delete"}


def is_finance(user: User) -> bool:
    """Whether this person works on money: opens documents, prepares and approves."""
    return user.groups.filter(name=FINANCE).exists()


def letters_for(group: str, model: str) -> str:
    """What the group may do with "app.model": its own entry before that of the whole app; empty: nothing."""
    rights = GROUPS[group]
    return rights.get(model) or next((rights[key] for key in rights if fnmatchcase(model, key)), "")


def make_groups(sender: AppConfig, **_: Any) -> None:
    """Make the groups and set their permissions for the models of the app that was migrated."""
    permissions = list(Permission.objects.filter(content_type__app_label=sender.label).select_related("content_type"))
    for name in GROUPS:
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.remove(*permissions)
        group.permissions.add(*_allowed(name, permissions))


def _allowed(group: str, permissions: list[Permission]) -> Iterator[Permission]:
    for permission in permissions:
        kind = permission.content_type
        letters = letters_for(group, f"{kind.app_label}.{kind.model}")
        if permission.codename in {f"{_VERBS[letter]}_{kind.model}" for letter in letters}:
            yield permission
