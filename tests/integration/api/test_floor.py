"""Calls and people by API: who is in which state, live calls, stories, sounds, messages, callbacks."""

import pytest
from django.db import connection

from telephony.journal.models import Call
from tenants.accounts.rights import Right
from tenants.accounts.scope import telephony_scope
from tests.builders.api import Program, a_key
from tests.builders.two_sides import a_side

pytestmark = pytest.mark.django_db


@pytest.fixture
def side(db, tmp_path, settings):
    settings.VAR = tmp_path / "var"
    return a_side("museum", 1, tmp_path)


@pytest.fixture
def program(side):
    return Program(side.key)


def test_supervisor_pauses_lets_go_on_and_logs_out(side, program):
    path = f"presence/{side.ids['presence']}"
    (there,) = program.get("presence").json()["results"]
    assert (there["id"], there["state"], there["agent_number"]) == (side.ids["presence"], "ready", "1001")

    paused = program.post(f"{path}/pause", {"reason": "5"}).json()
    assert (paused["state"], paused["pause_reason"]) == ("paused", "5")
    assert program.get("presence", {"state": "paused"}).json()["results"][0]["id"] == there["id"]
    assert program.post(f"{path}/pause", {"reason": "9"}).json()["code"] == "pause_reason_unknown"
    assert program.post(f"{path}/unpause").json()["state"] == "ready"
    out = program.post(f"{path}/log-out").json()
    assert out["logged_out_because"] == "supervisor"
    assert program.get("presence").json()["results"] == []
    assert program.post(f"{path}/pause").status_code == 404
    states = [row["state"] for row in program.get("presence-intervals").json()["results"]]
    assert states == ["ready", "paused", "ready"]


def test_call_is_found_with_its_legs_story_and_sound(side, program):
    (row,) = program.get("calls", {"outcome": "answered", "queue": "service"}).json()["results"]
    assert row["id"] == side.ids["calls"] and row["talked_seconds"] == 90
    assert row["started_at"].endswith("Z")
    assert program.get("calls", {"open": "true"}).json()["results"] == []
    whole = program.get(f"calls/{row['id']}").json()
    assert [leg["kind"] for leg in whole["legs"]] == ["caller", "agent"]
    assert whole["recording_ids"] == [side.ids["recordings"]]

    facts = program.get(f"calls/{row['id']}/facts").json()
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    told = {fact["kind"]: fact["sentence"] for fact in facts}
    assert f"{side.canary} agent" in told["AgentConnected"]

    sound = program.get(f"recordings/{side.ids['recordings']}/sound")
    assert b"".join(sound.streaming_content)[:4] == b"RIFF"
    assert Program(a_key(side.tenant, rights=[Right.CALLS_READ])).get(
        f"recordings/{side.ids['recordings']}/sound"
    ).status_code == 403  # fmt: skip


def test_live_calls_and_waits_are_those_without_an_end(side, program):
    with telephony_scope():
        Call.objects.filter(pk=side.ids["calls"]).update(ended_at=None, outcome="")

    assert [row["id"] for row in program.get("calls", {"open": "true"}).json()["results"]] == [side.ids["calls"]]
    assert program.get("queue-stays", {"waiting": "true"}).json()["results"] == []
    (stay,) = program.get("queue-stays", {"waiting": "false"}).json()["results"]
    assert (stay["queue_code"], stay["left"], stay["call_id"]) == ("service", "connected", side.ids["calls"])
    assert {row["event"] for row in program.get("queue-log").json()["results"]} >= {"ENTERQUEUE", "CONNECT"}


def test_message_is_heard_assigned_and_settled(side, program):
    path = f"voicemail/{side.ids['voicemail']}"
    assert program.get(path).json()["state"] == "new"
    assert program.get(f"{path}/sound").status_code == 200
    assert program.get(path).json()["state"] == "heard"
    assert program.post(f"{path}/assign", {"agent_id": side.ids["agents"]}).json()["assigned_to"] == side.ids["agents"]
    assert program.post(f"{path}/settle").json()["state"] == "settled"
    assert program.post(f"{path}/reopen").json()["state"] == "heard"
    assert program.get("orders").json()["results"][0]["content"] == {"what": side.canary}


def test_customer_is_promised_one_call_and_keeps_the_place(side, program):
    body = {"queue": "service", "number": "13812345678", "note": "about the order"}
    first, again = program.post("callbacks", body), program.post("callbacks", body)
    assert (first.status_code, again.status_code) == (201, 200), first.content
    assert again.json()["id"] == first.json()["id"] and first.json()["number"] == "+8613812345678"
    assert program.post("callbacks", {**body, "number": "+49301234567"}).json()["code"] == "callback_number_not_allowed"
    assert program.post("callbacks", {**body, "queue": "nowhere"}).status_code == 404
    path = f"callbacks/{first.json()['id']}"
    assert program.post(f"{path}/take", {"agent_id": side.ids["agents"]}).json()["state"] == "taken"
    assert program.post(f"{path}/settle", {"reached": True}).json()["state"] == "reached"
    assert program.post(f"{path}/cancel").json()["code"] == "callback_closed"


def test_request_about_a_call_is_for_live_ones(side, program):
    body = {"call_id": side.ids["calls"], "kind": "hold"}
    assert program.post("call-requests", body).json()["code"] == "call_is_over"
    assert program.post("call-requests", {**body, "kind": "blind_transfer"}).json()["code"] == "target_missing"
    with telephony_scope():
        call = Call.objects.get(pk=side.ids["calls"])
        call.legs.update(ended_at=None)
        Call.objects.filter(pk=call.pk).update(ended_at=None)

    asked = program.post("call-requests", body)
    assert asked.status_code == 202 and asked.json()["state"] == "open"
    assert program.get(f"call-requests/{asked.json()['id']}").json()["state"] == "open"
    assert [row["kind"] for row in program.get("call-requests").json()["results"]] == ["hold"]


def test_each_way_into_a_talk_is_a_right_of_its_own_and_rings_ones_own_telephone(side, program):
    with telephony_scope():
        call = Call.objects.get(pk=side.ids["calls"])
        call.legs.update(ended_at=None)
        Call.objects.filter(pk=call.pk).update(ended_at=None)
    body = {"call_id": side.ids["calls"], "kind": "listen", "phone": "1001"}
    assert program.post("call-requests", body).json()["state"] == "open"
    assert program.post("call-requests", {**body, "phone": "seat-999"}).json()["code"] == "phone_not_yours"
    assert program.post("call-requests", {**body, "phone": ""}).status_code in (400, 422)
    listener = Program(a_key(side.tenant, rights=[Right.FLOOR_ACT, Right.TALKS_LISTEN]))
    assert listener.post("call-requests", body).status_code == 202
    assert listener.post("call-requests", {**body, "kind": "barge"}).json()["code"] == "may_not"
    nobody = Program(a_key(side.tenant, rights=[Right.FLOOR_ACT]))
    assert nobody.post("call-requests", body).status_code == 403
    assert nobody.post(f"presence/{side.ids['presence']}/log-out").status_code == 403


def test_what_people_did_by_api_reaches_who_listens(side, program):
    """A change of the floor and of the plan is told to the switch in its own transaction."""
    said = []

    def listen(run, sql, params, many, context):
        said.append(f"{sql} {params}")
        return run(sql, params, many, context)

    with connection.execute_wrapper(listen):
        program.post(f"presence/{side.ids['presence']}/pause")
        program.patch(f"queues/{side.ids['queues']}", {"name": "Service"})
    told = str([one for one in said if "pg_notify" in one])
    assert "seatline_presence" in told and "seatline_plan" in told
