"""The fallback in Asterisk's words: what is written, and only what differs."""

from datetime import timedelta
from uuid import UUID

import pytest

from telephony.ami import fallback as words
from telephony.core.refuge import Refuge
from telephony.core.values import AgentId, QueueId, TenantId
from tenants.numbers.rules import NumberUnreadable, normalise

TENANT, QUEUE, AGENT = TenantId(UUID(int=1)), QueueId(UUID(int=2)), AgentId(UUID(int=3))
REFUGE = Refuge(
    tenant=TENANT, queue=QUEUE, queue_code="tickets", language="en", greeting="sound:/sounds/en/welcome",
    longest=timedelta(minutes=5), record=True,
)  # fmt: skip


def canonical(number):
    """As the switch's settings do: what cannot be read stays as it is."""
    try:
        return normalise(number, country="86", area="21")
    except NumberUnreadable:
        return number


def spell(number):
    return words.spellings(number, "86", "21", canonical)


def a_member(**changes):
    return words.member_of(TENANT, AGENT, "1001", "seat-001", **{"paused": False, **changes})


@pytest.mark.parametrize(
    ("number", "sent"),
    [
        # Of our own block, as callers in town dial it, with the area, and as carriers abroad send it.
        ("+862196968101", ["96968101", "02196968101", "862196968101", "00862196968101", "+862196968101"]),
        # The shared access code.
        ("+861252", ["1252", "+861252"]),
    ],
)
def test_a_number_is_found_in_whatever_form_the_trunk_sends_it(number, sent):
    assert set(sent) <= set(spell(number))
    assert {canonical(form) for form in spell(number)} == {number}


def test_the_dialplan_finds_its_fields_in_their_order():
    entries = words.database({("+862196968101", ""): REFUGE}, spell)
    assert entries["96968101"] == f"{TENANT},{QUEUE},tickets,en,/sounds/en/welcome,300,default,1,"


def test_a_shared_number_and_its_merchants_are_found_by_code_keyed_or_dialled_along():
    shared = Refuge(greeting="sound:/sounds/zh/merchant-code")
    entries = words.database({("+861252", ""): shared, ("+861252", "101"): REFUGE}, spell)
    assert entries["1252"].endswith(",+861252")
    assert entries["+861252-101"] == entries["1252101"] == entries["+861252101"]


def test_a_comma_in_a_name_does_not_shift_the_fields_behind_it():
    from dataclasses import replace

    value = words.database({("+861252", ""): replace(REFUGE, queue_code="a,b")}, spell)["1252"]
    assert value.count(",") == 8


def test_members_come_go_and_pause_and_what_is_right_is_left_alone():
    there = {("q", "PJSIP/seat-009"): words.Member(queue="q", interface="PJSIP/seat-009", name="9:x")}
    come = words.changes(there, [a_member()])
    assert [(action["Action"], action["Interface"]) for action in come] == [
        ("QueueRemove", "PJSIP/seat-009"), ("QueueAdd", "PJSIP/seat-001"),
    ]  # fmt: skip
    mine = {(a_member().queue, a_member().interface): a_member()}
    assert words.changes(mine, [a_member()]) == []
    assert [action["Action"] for action in words.changes(mine, [a_member(paused=True)])] == ["QueuePause"]


def test_another_agent_at_the_same_phone_is_another_member():
    mine = {(a_member().queue, a_member().interface): a_member()}
    other = words.member_of(TENANT, AgentId(UUID(int=4)), "1002", "seat-001", paused=False)
    assert [action["Action"] for action in words.changes(mine, [other])] == ["QueueRemove", "QueueAdd"]


def test_what_asterisk_tells_of_its_members_is_read_and_other_queues_left_alone():
    told = [
        {"Response": "Success"},
        {"Event": "QueueMember", "Queue": f"fallback-{TENANT}", "Location": "PJSIP/seat-001", "Name": f"1001:{AGENT}",
         "Paused": "1"},
        {"Event": "QueueMember", "Queue": "bench", "Location": "PJSIP/bench", "Name": "x", "Paused": "0"},
    ]  # fmt: skip
    assert list(words.members(told).values()) == [a_member(paused=True)]


def test_each_tenant_has_a_queue_and_its_name_is_what_agi_and_dialplan_make_of_the_tenants_id():
    text = words.queues({TENANT: "museum"})
    assert f"[fallback-{TENANT}] ; museum" in text
    assert "ringinuse = no" in text
