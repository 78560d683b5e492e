"""The scripted caller's scenario and notes, and keys with their moments."""

import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest

from seatline.house.caller import CallPlan, KeysUnreadable, NumberUnreadable, parse_keys, place_call
from seatline.house.scenario import notes, scenario


def a_scenario() -> str:
    return scenario(
        number="1252101", caller="02161234567", host="127.0.0.10", port=6001, media_port=6002, target="127.0.0.1:5060",
        branch="abc", patience_ms=500, talk_ms=4000,
    )  # fmt: skip


def test_scenario_is_well_formed_and_every_jump_has_its_label():
    root = ElementTree.fromstring(a_scenario())
    jumps = {node.get(name) for node in root.iter() for name in ("next", "ontimeout") if node.get(name)}
    assert jumps == {node.get("id") for node in root.iter("label")}


def test_ack_of_a_refusal_and_cancel_carry_the_branch_of_the_invite():
    text = a_scenario()
    assert text.count("branch=z9hG4bKabci") == 4  # INVITE, CANCEL, ACK of 487, ACK of a refusal
    assert text.count("branch=z9hG4bKabca") == text.count("branch=z9hG4bKabcb") == 1  # ACK of 200, BYE


def test_notes_are_read_and_a_torn_last_line_is_left_for_later(tmp_path):
    log = tmp_path / "notes.log"
    log.write_text(
        "invited 2026-11-24\t08:28:24.19\t100.5\nanswered 2026-11-24\t08:28:24.2\t100.7 127.0.0.1 4000\nown_b"
    )
    assert notes(log) == {"invited": (100.5, []), "answered": (100.7, ["127.0.0.1", "4000"])}


def test_no_log_is_no_notes(tmp_path):
    assert notes(tmp_path / "nothing.log") == {}


def test_keys_come_one_after_another():
    assert parse_keys("2, 0", first=1, between=2) == ((timedelta(seconds=1), "2"), (timedelta(seconds=3), "0"))
    assert parse_keys("") == ()


def test_keys_without_a_moment_wait_until_they_are_asked_for():
    assert parse_keys("101,0@9", first=None) == ((None, "101"), (timedelta(seconds=9), "0"))


def test_keys_may_say_when():
    assert parse_keys("101@6, 0@14.5") == ((timedelta(seconds=6), "101"), (timedelta(seconds=14.5), "0"))


@pytest.mark.parametrize("text", ["x", "1@soon", "@3"])
def test_what_no_telephone_has_is_no_key(text):
    with pytest.raises(KeysUnreadable):
        parse_keys(text)


async def test_a_number_that_is_none_is_refused_before_anything_is_started():
    with pytest.raises(NumberUnreadable, match="12a cannot be dialled"):
        await place_call(CallPlan("12a"), sip_port=1)
