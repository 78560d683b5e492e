"""The neighbour's attack: another tenant's ids in paths, bodies, filters and headers, over all operations there are.

The operations come from the OpenAPI document, and one that is not in `BODIES` or has no ids here fails: a new operation
is attacked from its first day on.
"""

import json
import re
from dataclasses import dataclass

import pytest
from django.test import Client

from seatline.api.docs import description
from seatline.ids import new_id
from tenants.accounts.rights import Kind
from tests.builders.api import Program, a_key
from tests.builders.fingerprints import fingerprint
from tests.builders.two_sides import SHORT, Side, a_side

pytestmark = pytest.mark.django_db
PREFIX = "/api/v1/"
SCHEMA = description()


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    name: str
    method: str
    path: str

    @property
    def names(self) -> list[str]:
        """Of the parts of the path that are filled in."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def resource(self) -> str:
        """The first part of the path."""
        return self.path.split("/")[0]

    def filled(self, ids: dict[str, str]) -> str:
        """The path with ids: `id` is the resource's own."""
        parts = {"id": ids[self.resource], "number": "1", "kind": "csv", **ids} if self.names else {}
        return self.path.format_map(parts)


OPERATIONS = [
    Operation(operation["operationId"], method.upper(), path.removeprefix(PREFIX))
    for path, operations in SCHEMA["paths"].items() for method, operation in operations.items()
]  # fmt: skip
NAMED = [one for one in OPERATIONS if one.names]
PLAIN_LISTS = [one for one in OPERATIONS if one.method == "GET" and not one.names]

LATER = "2027-03-01T00:00:00Z"
# A body that the operation would accept, for those that need more than {}; ids are filled in from either side.
BODIES = {
    "tenants_partial_update": {"name": "Taken over"},
    "number_assignments_end": {"ends_at": LATER},
    "directory_listings_end": {"ends_at": LATER},
    "seat_leases_end": {"ends_at": LATER},
    "seat_leases_resize": {"seats": 6, "from_at": LATER},
    "agents_partial_update": {"name": "Taken over"},
    "agents_pin": {"pin": "4812"},
    "agents_outside_phones_allow": {"number": "+8613900000001"},
    "agents_skills_teach": {"level": 9},
    "presence_pause": {"reason": ""},
    "flows_draft_save": {"definition": {"start": "x", "nodes": {}}},
    "flows_validate": {"definition": {"start": "x", "nodes": {}}},
    "flows_trials_try_out": {"number": "+862196968101", "seconds": 600},
    "queues_partial_update": {"name": "Taken over"},
    "queues_members_name_agent": {"penalty": 1},
    "queues_skills_ask": {"level": 1},
    "trunks_partial_update": {"priority": 1},
    "phones_partial_update": {"label": "Taken over"},
    "systems_partial_update": {"base_url": "https://taken.example"},
    "voicemail_assign": {"agent_id": None},
    "callbacks_take": {"agent_id": "agent_id"},
    "callbacks_settle": {"reached": True},
    "contracts_versions_write": {
        "starts_on": "2027-01-01",
        "prices": [
            {"code": "x", "kind": "recurring", "params": {"price": "1.00"}, "invoice_text": "x", "invoice_text_zh": "x",
             "tax_code": "service"}
        ],
    },
    "contracts_preview": {
        "prices": [
            {"code": "x", "kind": "recurring", "params": {"price": "1.00"}, "invoice_text": "x", "invoice_text_zh": "x",
             "tax_code": "service"}
        ],
    },
    "contracts_end": {"last_day": "2027-03-31", "reason": "Taken over"},
    "billing_runs_approve": {"seen": "0" * 64},
    "open_items_write_off": {"on": "2026-12-01", "note": "Taken over"},
    "reminders_decide": {"suspend": True},
    "invoices_credit": {"reason": "Taken over"},
    "payments_allocate": {"invoice_id": "invoices", "amount": "1.00"},
    "payments_take_back": {"on": "2026-12-01"},
    "customers_partial_update": {"name": "Taken over"},
    "customers_merge": {"customer_id": "customer_id"},
    "case_types_partial_update": {"name": "Taken over"},
    "cases_draft": {"seen": 1, "draft": {"what": "Taken over"}},
    "cases_move": {"state": "at_work"},
    "cases_assign": {"assignee_id": None},
    "cases_due": {"due_at": None},
    "cases_note": {"text": "Taken over"},
    "articles_partial_update": {"title": "Taken over", "body": ""},
    "articles_publish": {"no": 1},
    "scripts_partial_update": {"name": "Taken over"},
    "scripts_answer": {"answers": {"content": "yes"}},
}  # fmt: skip
# Resources that no tenant has rows of; a random id stands for them.
WITHOUT_ROWS = {"seats", "trunks", "phones", "call-requests"}
# What the operator keeps of a tenant and a tenant's key opens not even for its own.
OPERATORS = {
    "keys", "contracts", "contract-versions", "contract-files", "billing-runs", "exports", "numbers", "payments",
}  # fmt: skip


@pytest.fixture
def sides(db, tmp_path, settings) -> tuple[Side, Side]:
    settings.VAR = tmp_path / "var"
    return a_side("museum", 1, tmp_path), a_side("harbour", 2, tmp_path)


def body_of(operation: Operation, ids: dict[str, str]) -> object:
    body = json.loads(json.dumps(BODIES.get(operation.name, {})))
    return {name: ids.get(value, value) if isinstance(value, str) else value for name, value in body.items()}


def ask(program: Program, operation: Operation, ids: dict[str, str]):
    body = body_of(operation, ids) if operation.method in {"POST", "PUT", "PATCH"} else None
    return program.send(operation.method, operation.filled(ids), body)


def content(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def own_ids(side: Side) -> dict[str, str]:
    return {**{name: str(new_id()) for name in WITHOUT_ROWS}, **side.ids}


def random_ids(side: Side) -> dict[str, str]:
    return {name: str(new_id()) for name in own_ids(side)}


def test_every_operation_has_ids_to_attack_with(sides):
    mine = own_ids(sides[0])
    assert {one.resource for one in NAMED} <= set(mine), "add what is missing to tests/builders/two_sides.py"
    for one in NAMED:
        one.filled(mine)
    assert set(BODIES) <= {one.name for one in OPERATIONS}


def test_own_rows_answer(sides):
    """The attack is worth something only if the same requests reach the own rows."""
    museum = sides[0]
    program = Program(museum.key)
    readable = [one for one in NAMED if one.method == "GET" and one.resource not in WITHOUT_ROWS | OPERATORS]
    answers = {one.name: ask(program, one, own_ids(museum)) for one in readable}

    assert {name: content(answer)[:300] for name, answer in answers.items() if answer.status_code != 200} == {}
    assert museum.canary in str(content(answers["calls_retrieve"]) + content(answers["agents_retrieve"]))


def test_neighbours_ids_answer_like_random_ones_and_change_nothing(sides):
    museum, harbour = sides
    program = Program(museum.key)
    before = fingerprint(harbour.tenant.pk)
    wrong = {}
    for one in NAMED:
        theirs, nobodys = ask(program, one, own_ids(harbour)), ask(program, one, random_ids(harbour))
        told = (theirs.status_code, content(theirs)) != (nobodys.status_code, content(nobodys))
        if theirs.status_code not in {400, 403, 404} or told or harbour.canary.encode() in content(theirs):
            wrong[one.name] = (theirs.status_code, content(theirs)[:200], nobodys.status_code)
    assert wrong == {}
    assert fingerprint(harbour.tenant.pk) == before


def test_neighbours_ids_within_own_paths_and_bodies_are_not_found(sides):
    museum, harbour = sides
    program, mine, theirs = Program(museum.key), museum.ids, harbour.ids
    before = fingerprint(harbour.tenant.pk)
    attacks = {
        "agent into own queue": ("PUT", f"queues/{mine['queues']}/members/{theirs['agent_id']}", {}),
        "skill into own queue": ("PUT", f"queues/{mine['queues']}/skills/{theirs['skill_id']}", {"level": 1}),
        "skill for own agent": ("PUT", f"agents/{mine['agents']}/skills/{theirs['skill_id']}", {"level": 1}),
        "own number to their flow": ("POST", "routes", {"number": museum.number, "flow_id": theirs["flows"]}),
        "their number to own flow": ("POST", "routes", {"number": harbour.number, "flow_id": mine["flows"]}),
        "their code to own flow": (
            "POST", "routes", {"number": SHORT, "merchant_code": "201", "flow_id": mine["flows"]},
        ),
        "own trial on their number": (
            "POST", f"flows/{mine['flows']}/trials", {"number": harbour.number, "seconds": 600, "version": 1},
        ),
        "own message to their agent": ("POST", f"voicemail/{mine['voicemail']}/assign", {"agent_id": theirs["agents"]}),
        "own callback to their agent": ("POST", f"callbacks/{mine['callbacks']}/take", {"agent_id": theirs["agents"]}),
        "hold of their call": ("POST", "call-requests", {"call_id": theirs["calls"], "kind": "hold"}),
        "their customer into own": (
            "POST", f"customers/{mine['customers']}/merge", {"customer_id": theirs["customers"]},
        ),
        "own case of their customer": (
            "POST", "cases", {"type": "complaint", "customer_id": theirs["customers"]},
        ),
        "own answers of their customer": (
            "POST", f"scripts/{mine['scripts']}/answer",
            {"answers": {"content": "yes"}, "customer_id": theirs["customers"]},
        ),
        "callback by their queue": ("POST", "callbacks", {"queue": "nowhere", "number": "+8613800000099"}),
    }  # fmt: skip
    answers = {what: program.send(*attack) for what, attack in attacks.items()}

    assert {what: answer.content for what, answer in answers.items() if answer.status_code != 404} == {}
    assert all(harbour.canary.encode() not in answer.content for answer in answers.values())
    assert fingerprint(harbour.tenant.pk) == before


def test_tenant_in_the_body_is_no_tenant(sides):
    """Where a tenant's people may write, a tenant that the body names is refused or passed over."""
    museum, harbour = sides
    program, theirs = Program(museum.key), str(harbour.tenant.pk)
    before = fingerprint(harbour.tenant.pk)
    for path, body in {
        "queues": {"code": "mine", "name": "Mine"},
        "skills": {"code": "mine", "name": "Mine"},
        "flows": {"code": "mine", "name": "Mine"},
        "pause-reasons": {"code": "7", "name": "Mine"},
    }.items():
        for name in ("tenant_id", "tenant"):
            answer = program.post(path, {**body, name: theirs})
            assert answer.status_code in {201, 400}, answer.content
            assert answer.status_code == 400 or answer.json()["tenant_id"] == str(museum.tenant.pk)
    assert fingerprint(harbour.tenant.pk) == before


def test_lists_show_nothing_of_the_neighbour_whatever_the_filter(sides):
    for one in PLAIN_LISTS:
        look_for_the_neighbour(one, *sides)


def look_for_the_neighbour(one: Operation, museum: Side, harbour: Side) -> None:
    program = Program(museum.key)
    queries = [{}, {"tenant": "harbour"}, {"tenant_id": str(harbour.tenant.pk)}, {"page_size": 200}]
    described = SCHEMA["paths"][f"{PREFIX}{one.path}"]["get"].get("parameters", [])
    for parameter in described:
        if parameter["schema"].get("format") == "uuid":
            queries += [{parameter["name"]: key} for key in set(harbour.ids.values())]
    for query in queries:
        answer = program.get(one.path, query)
        assert answer.status_code in {200, 400, 403}, answer.content
        text = content(answer).decode()
        assert harbour.canary not in text and str(harbour.tenant.pk) not in text, (one.name, query, text[:300])
        told = answer.json() if "json" in answer["Content-Type"] else {}
        if answer.status_code == 200 and "results" in told and set(query) - {"page_size"}:
            assert told["results"] == []


def test_lists_say_the_same_when_the_neighbour_grows(db, tmp_path, settings):
    """No count, page or cursor tells how much another tenant has."""
    settings.VAR = tmp_path / "var"
    museum = a_side("museum", 1, tmp_path)
    program = Program(museum.key)
    lists = [one.path for one in PLAIN_LISTS if one.path not in {"keys", "me", "", "prompts"}]
    before = {path: content(program.get(path)) for path in lists}
    a_side("harbour", 2, tmp_path)

    assert {path: content(program.get(path)) for path in lists} == before


def test_header_that_names_the_neighbour_opens_nothing(sides):
    museum = sides[0]
    assert Program(museum.key, **{"Seatline-Tenant": "harbour"}).get("me").json()["tenant"]["code"] == "museum"
    client = Client()
    client.force_login(museum.owner)
    assert client.get("/api/v1/calls", headers={"Seatline-Tenant": "harbour"}).status_code == 403


def test_operator_and_finance_see_both_and_each_only_its_tables(sides):
    museum, harbour = sides
    ops, fin = Program(a_key()), Program(a_key(kind=Kind.FIN))

    assert {row["code"] for row in ops.get("tenants").json()["results"]} == {"museum", "harbour"}
    assert {row["tenant_id"] for row in fin.get("invoices").json()["results"]} == {
        str(museum.tenant.pk), str(harbour.tenant.pk),
    }  # fmt: skip
    assert fin.get("calls").status_code == 403
    assert fin.get("recordings").status_code == 403
    assert ops.post(f"invoices/{museum.ids['invoices']}/prepare").status_code == 403
    assert Program(museum.key).get("contracts").status_code == 403
