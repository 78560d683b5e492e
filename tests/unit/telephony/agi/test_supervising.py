"""What a supervisor hears who dials a code to be in a talk."""

from uuid import UUID

import pytest

from telephony.agi.dialogue import Dialogue
from telephony.core.listening import Way
from tests.unit.telephony.agi.keypad import Keypad, SmallHouse

BOSS = UUID(int=1002)


def dial(code, *keys, house=None):
    phone, house = Keypad(keys), house or SmallHouse()
    Dialogue(phone, house).run(code)
    return phone, house


@pytest.fixture
def at_her_own_phone():
    """1002, who looks after talks, is logged in here."""
    house = SmallHouse()
    house.log_in("1002", "4711", "seat-001")
    return house


@pytest.mark.parametrize(
    ("code", "way", "told"),
    [
        ("*80", Way.LISTEN, "you-listen"),
        ("*81", Way.WHISPER, "you-whisper"),
        ("*82", Way.BARGE, "you-barge"),
        ("*83", Way.TAKE_OVER, "you-take-over"),
    ],
)
def test_supervisor_at_her_own_phone_is_told_who_hears_her_before_she_is_in(at_her_own_phone, code, way, told):
    phone, house = dial(f"{code}1001", house=at_her_own_phone)
    assert phone.heard == [f"en {told}"] and phone.joined
    assert house.supervised == [(way, BOSS, "1001", "seat-001", phone.channel)]


def test_agent_whom_she_means_may_be_keyed_when_asked(at_her_own_phone):
    phone, house = dial("*80", "1001", house=at_her_own_phone)
    assert phone.heard == ["en key-agent-listened", "en you-listen"] and house.supervised


def test_supervisor_at_anothers_phone_identifies_by_number_and_pin():
    phone, house = dial("*801001", "1002", "9999", "1002", "4711")
    assert phone.heard == [
        "en key-supervisor-number", "en key-agent-pin", "en wrong-login", "en tries-left", "en digit-2",
        "en key-supervisor-number", "en key-agent-pin", "en you-listen",
    ]  # fmt: skip
    assert house.supervised[0][1] == BOSS


def test_agent_who_looks_after_no_talks_is_told_so_and_nothing_of_the_talk():
    phone, house = dial("*809999", "1001", "4711")
    assert phone.heard[-1] == "zh not-a-supervisor" and not phone.joined and not house.supervised


def test_nobody_to_listen_to_and_a_switch_that_refuses_are_said_and_lead_nowhere(at_her_own_phone):
    phone, _ = dial("*801003", house=at_her_own_phone)
    assert phone.heard == ["en no-such-talk"] and not phone.joined
    at_her_own_phone.refusal = "not_now"
    phone, _ = dial("*831001", house=at_her_own_phone)
    assert phone.heard == ["en not-possible-now"] and not phone.joined
