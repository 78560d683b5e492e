"""Lists ask the database a fixed number of questions, however many rows they show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from tenants.accounts.scope import operator_scope
from tests.builders.agents import an_agent
from tests.builders.calls import a_call_id
from tests.builders.telephony import a_queue, an_answered_call
from tests.builders.tenants import a_number, a_tenant


def more(house, tmp_path) -> None:
    """A few more of everything."""
    with operator_scope():
        for number in range(5):
            tenant = a_tenant(f"more{number}")
            an_agent(tenant, f"20{number:02d}", pin="")
            a_queue(tenant)
            a_number(f"+86219696830{number}")
    journal = Journal(tmp_path / "more.sqlite3")
    for number in range(5):
        journal.append(an_answered_call(a_call_id(50 + number), tenant=house.tenant.id), [])
    ship(journal)
    journal.close()


@pytest.mark.parametrize(
    "path",
    [
        "tenants/tenant", "tenants/number", "tenants/seatlease", "tenants/user", "agents/agent", "agents/agentsession",
        "telephony/call", "telephony/ledgerentry", "telephony/queue", "telephony/flow", "telephony/recording",
        "telephony/voicemail", "telephony/system", "telephony/tablerow",
        "telephony/callback",
    ],
)  # fmt: skip
def test_list_asks_no_more_for_more_rows(staff, house, tmp_path, path):
    ops = staff("operations")
    ops.get(f"/admin/{path}/")  # content types and permissions are cached from now on
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert ops.get(f"/admin/{path}/").status_code == 200
    more(house, tmp_path)
    with CaptureQueriesContext(connection) as many:
        assert ops.get(f"/admin/{path}/").status_code == 200

    assert len(many) <= len(few) + 1, "\n".join(query["sql"][:150] for query in many.captured_queries)


def test_empty_list_names_the_next_action(staff, db):
    page = staff("operations").get("/admin/tenants/seatlease/").content.decode()

    assert "Grant a tenant its first seats" in page
    assert "/admin/tenants/seatlease/add/" in page
