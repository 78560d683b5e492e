"""By API: telephones' accounts, systems and tables that flows ask, numbers never called, calls that agents begin."""

import io

import pytest

from seatline import clock
from telephony.lookups.services import pin_row, row_of, systems
from telephony.plans.services import digest, load_plan, phones
from telephony.requests.services import open_requests
from tenants.accounts.scope import operator_scope, telephony_scope
from tests.builders.agents import a_session, an_agent
from tests.builders.tenants import a_lease, a_room

pytestmark = pytest.mark.django_db
TABLE = "key,pin,balance\nA1,4812,3.50\nA2,,7\n"


def test_secret_of_a_telephone_is_shown_once_and_another_one_takes_its_place(ops, museum):
    made = ops.post("phones", {"endpoint": "seat-001", "seat": 1})
    assert made.status_code == 201, made.content
    shown = made.json()
    assert [one.digest for one in phones()] == [digest("seat-001", shown["secret"])]
    path = f"phones/{shown['id']}"
    assert "secret" not in ops.get(path).json()
    other = ops.post(f"{path}/reset").json()["secret"]
    assert other != shown["secret"]
    assert [one.digest for one in phones()] == [digest("seat-001", other)]
    assert ops.post("phones", {"endpoint": "seat-001"}).json()["code"] == "phone_name_taken"
    assert ops.post("phones", {"endpoint": "seat-002", "seat": 1}).json()["code"] == "seat_has_phone"
    assert ops.patch(path, {"active": False}).json()["active"] is False
    assert phones() == [], "it can no longer register"
    assert museum.program.get("phones").status_code == 403


def test_tenant_keeps_its_systems_and_a_secret_never_comes_back(museum, harbour):
    body = {"code": "crm", "base_url": "https://crm.example/api", "header": "X-Key", "secret": "open sesame"}
    made = museum.program.post("systems", body)
    assert made.status_code == 201, made.content
    path = f"systems/{made.json()['id']}"
    assert made.json()["has_secret"] is True and b"sesame" not in museum.program.get(path).content
    changed = museum.program.patch(path, {"base_url": "https://crm.example/v2"})
    assert changed.json()["base_url"] == "https://crm.example/v2"
    with telephony_scope():
        (asked,) = systems().values()
    assert (asked.base_url, asked.secret, asked.inside) == ("https://crm.example/v2", "open sesame", False)
    assert museum.program.post("systems", {**body, "inside": True}).status_code == 400, "the operator's to allow"
    assert museum.program.post("systems", {**body, "base_url": "file:///etc"}).json()["code"] == "system_unfit"
    assert harbour.program.get("systems").json()["results"] == []


def test_table_is_written_by_rows_and_by_file_all_of_it_or_nothing(museum):
    program = museum.program

    def upload(text, **more):
        body = {"table": "members", "file": io.BytesIO(text.encode()), **more}
        return program.client.post("/api/v1/table-rows/upload", body, headers=program.headers)

    tried = upload(TABLE, try_only="true")
    assert tried.json() == {"new": 2, "changed": 0, "same": 0, "faults": []}
    assert program.get("table-rows").json()["results"] == []
    assert upload(TABLE).json()["new"] == 2
    assert (row_of(museum.tenant.pk, "members", "A2"), pin_row(museum.tenant.pk, "members", "A1", "4812")) == (
        {"balance": "7"}, {"balance": "3.50"},
    )  # fmt: skip
    faulty = upload("key,balance\nA3,1\n,2\n", try_only="true").json()
    assert (faulty["new"], [one["line"] for one in faulty["faults"]]) == (1, [3])
    assert upload("key,balance\nA3,1\n,2\n").json()["code"] == "table_faulty"
    (row,) = program.get("table-rows", {"table": "members", "key": "A1"}).json()["results"]
    assert (row["values"], row["has_pin"]) == ({"balance": "3.50"}, True)
    assert program.post("table-rows", {"table": "members", "key": "A1", "values": {"balance": "9"}}).status_code == 201
    assert pin_row(museum.tenant.pk, "members", "A1", "4812") == {"balance": "9"}, "it keeps its PIN"
    assert program.post("table-rows", {"table": "members", "key": "A1", "pin": "12"}).json()["code"] == "pin_unfit"
    assert program.delete(f"table-rows/{row['id']}").status_code == 204
    assert row_of(museum.tenant.pk, "members", "A1") is None


def test_number_that_is_never_called_reaches_the_switch_and_leaves_it(ops, museum, harbour):
    ops.post("outside-rules", {"tenant_id": str(museum.tenant.pk), "prefix": "+8613"})
    made = museum.program.post("do-not-call", {"number": "013800000001", "reason": "asked on the telephone"})
    assert made.status_code == 201, made.content
    again = museum.program.post("do-not-call", {"number": "+8613800000001"})
    assert (again.json()["id"], again.json()["reason"]) == (made.json()["id"], "asked on the telephone")
    assert museum.program.post("do-not-call", {"number": "nobody"}).json()["code"] == "number_unreadable"
    assert load_plan().outside[museum.tenant.pk].never == {"+8613800000001"}
    assert harbour.program.get("do-not-call").json()["results"] == []
    assert museum.program.delete(f"do-not-call/{made.json()['id']}").status_code == 204
    assert load_plan().outside[museum.tenant.pk].never == frozenset()


def test_agent_is_connected_by_a_program_and_the_call_has_the_id_of_the_request(museum):
    with operator_scope():
        a_room(3)
        a_lease(museum.tenant, 3)
        agent = an_agent(museum.tenant, "1001")
    ask = {"kind": "dial", "agent_id": str(agent.pk), "target": "013800000001"}
    assert museum.program.post("call-requests", ask).json()["code"] == "agent_not_logged_in"
    with telephony_scope():
        a_session(agent, at=clock.now())
    asked = museum.program.post("call-requests", ask)
    assert asked.status_code == 202, asked.content
    (one,) = open_requests()
    assert (one.kind, one.agent_id, one.target) == ("dial", agent.pk, "013800000001")
    assert str(one.call_id) == str(one.id) == asked.json()["id"]
    assert museum.program.post("call-requests", {**ask, "target": ""}).json()["code"] == "target_missing"
    assert museum.program.post("call-requests", {"kind": "dial", "target": "1"}).json()["code"] == "agent_missing"
    assert museum.program.post("call-requests", {"kind": "hold"}).json()["code"] == "call_missing"
