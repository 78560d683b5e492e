"""Which doors of the admin each group of the operator's staff opens."""

import pytest

from tenants.accounts.staff import FINANCE, GROUPS, OPERATIONS, SECURITY, SUPERVISION, TECHNICIANS, letters_for


@pytest.mark.parametrize(
    ("group", "model", "letters"),
    [
        # Operations let seats; what follows from it they only read.
        (OPERATIONS, "tenants.seatlease", "rcu"),
        (OPERATIONS, "tenants.leaseoccurrence", "r"),
        # Supervisors look at calls and change no flow.
        (SUPERVISION, "telephony.call", "r"),
        (SUPERVISION, "telephony.flow", "r"),
        # Only security makes users.
        (SECURITY, "tenants.user", "rcu"),
        (OPERATIONS, "tenants.user", "r"),
        (SUPERVISION, "tenants.user", ""),
        # Money is finance's, and nothing but money.
        (FINANCE, "billing.contract", "rcu"),
        (FINANCE, "telephony.queue", ""),
        (OPERATIONS, "billing.contract", ""),
        (TECHNICIANS, "billing.contract", ""),
    ],
)
def test_a_group_opens_its_own_doors(group, model, letters):
    assert letters_for(group, model) == letters


def test_nobody_deletes_what_bills_or_reports_rest_on():
    deleting = {model for rights in GROUPS.values() for model, letters in rights.items() if "d" in letters}
    # A route, a prefix's rule and an agent's telephone elsewhere are plan: the switch obeys them while they stand, and
    # what a call met is in its own facts.
    # So is a row of a client's own table, which a look-up reads while it stands.
    plan = {
        "telephony.outsiderule", "telephony.queueskill", "telephony.route", "telephony.tablerow", "telephony.donotcall",
        "telephony.retentionrule",
    }  # fmt: skip
    people = {
        "agents.agentskill", "agents.outsidephone", "agents.pausereason", "tenants.membership", "telephony.supervisor",
    }  # fmt: skip
    # Of a recording the sound alone goes: its row stays and says so.
    sounds = {"telephony.recording"}
    assert deleting == plan | people | sounds
