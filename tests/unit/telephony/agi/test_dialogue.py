"""What an agent hears after dialling a code. The last words are always the state, or why not."""

from dataclasses import replace

import pytest

from agents.people.services import AgentInactive, PinNotSet
from agents.presence.services import AnotherAgentHere, NoSeatLeased, PresenceState, SeatOfAnotherTenant, SeatsFull
from telephony.agi.dialogue import Dialogue, PhoneUnknown
from telephony.agi.ports import HungUp
from tests.unit.telephony.agi.keypad import Keypad, SmallHouse


def dial(code: str, *keys: str, house: SmallHouse | None = None, phone: Keypad | None = None) -> list[str]:
    phone = phone or Keypad(keys)
    Dialogue(phone, house or SmallHouse()).run(code)
    return phone.heard


@pytest.fixture
def house() -> SmallHouse:
    """1001 is logged in on seat-001."""
    house = SmallHouse()
    house.log_in("1001", "4711", "seat-001")
    return house


def test_a_login_asks_for_number_and_pin_and_says_that_the_agent_is_ready():
    house = SmallHouse()
    heard = dial("*45", "1001", "4711", house=house)
    # English until the agent is known, then the agent's own language.
    assert heard == ["en key-agent-number", "zh key-agent-pin", "zh logged-in"]
    assert house.sessions["seat-001"].agent_number == "1001"


def test_the_agent_number_may_be_dialled_along():
    assert dial("*451002", "4711") == ["en key-agent-pin", "en logged-in"]


def test_the_same_code_logs_out(house):
    assert dial("*45", house=house) == ["zh logged-out"]
    assert not house.sessions


def test_asterisks_own_queue_learns_who_sits_at_the_phone_without_any_switch():
    """The fallback must ring who is there now, also if the switch has been dead since before."""
    house, phone = SmallHouse(), Keypad(("4711",))
    for code in ("*451001", "*46", "*460", "*45"):
        Dialogue(phone, house).run(code)
    assert phone.members == ["1001 ready", "1001 paused", "1001 ready", "1001 gone"]


def test_a_wrong_pin_says_how_many_tries_are_left_and_asks_again():
    heard = dial("*451001", "9999", "4711")
    assert heard == [
        "zh key-agent-pin",
        "zh wrong-login",
        "zh tries-left",
        "zh digit-2",
        "zh key-agent-pin",
        "zh logged-in",
    ]


def test_a_number_that_nobody_has_sounds_like_a_wrong_pin():
    assert dial("*45", "9999", "4711", "1002", "4711")[:3] == [
        "en key-agent-number",
        "en key-agent-pin",
        "en wrong-login",
    ]


def test_the_last_wrong_pin_says_for_how_long_the_number_is_locked():
    heard = dial("*451001", "1", "2", "3")
    assert heard[-3:] == ["zh agent-pin-locked", "zh digit-1", "zh digit-5"]


def test_whoever_keys_nothing_is_asked_three_times():
    heard = dial("*45", "", "1001", "", "")
    assert heard == [
        *["en key-agent-number", "en nothing-keyed"],
        *["en key-agent-number", "zh key-agent-pin", "zh nothing-keyed"],
        *["zh key-agent-number", "zh nothing-keyed"],
    ]


@pytest.mark.parametrize(
    ("refusal", "phrase"),
    [
        # The client has no seats at this hour.
        (NoSeatLeased(number="1001"), "no-seat-leased"),
        # The sixth agent on five seats.
        (SeatsFull(seats=5), "seats-full"),
        # A named seat of somebody else.
        (SeatOfAnotherTenant(seat=1), "seat-of-another"),
        # Two dialled on one phone at one moment.
        (AnotherAgentHere(endpoint="seat-001"), "another-agent-here"),
        # A leaver.
        (AgentInactive(number="1001"), "agent-inactive"),
        # New, and nobody gave a PIN.
        (PinNotSet(number="1001"), "pin-not-set"),
    ],
)
def test_a_refused_login_says_why(refusal, phrase):
    assert dial("*451001", "4711", house=SmallHouse(refuses=refusal))[-1] == f"zh {phrase}"


def test_another_agents_phone_is_refused_before_any_pin_is_asked(house):
    assert dial("*451002", house=house) == ["zh another-agent-here"]


def test_logging_in_twice_says_how_one_stands(house):
    assert dial("*451001", house=house) == ["zh ready"]


@pytest.mark.parametrize(
    ("codes", "last"),
    [
        # Pause and back.
        (["*46"], ["zh paused"]),
        (["*46", "*46"], ["zh ready"]),
        # With a reason, which is spoken.
        (["*461"], ["zh paused", "zh pause-reason", "zh digit-1"]),
        # Explicitly back, whether paused or not.
        (["*461", "*460"], ["zh ready"]),
        (["*460"], ["zh ready"]),
        # A reason that does not exist changes nothing.
        (["*469"], ["zh no-such-reason"]),
        (["*469", "*40"], ["zh ready"]),
        # Out, and then there is nobody.
        (["*44"], ["zh logged-out"]),
        (["*44", "*44"], ["en not-logged-in"]),
        # The end of the wrap-up.
        (["*48"], ["zh ready"]),
    ],
)
def test_each_code_speaks_the_resulting_state(house, codes, last):
    for code in codes:
        heard = dial(code, house=house)
    assert heard == last


@pytest.mark.parametrize(
    ("state", "fields", "heard"),
    [
        (PresenceState.TALKING, {}, ["on-a-call"]),
        # A pause waits for the end of the call.
        (PresenceState.HOLD, {"paused": True}, ["on-a-call", "pause-after-call"]),
        (PresenceState.WRAP_UP, {}, ["in-wrap-up"]),
        # The lease is over and the call goes on.
        (PresenceState.TALKING, {"ends_when_free": True}, ["on-a-call", "lease-over"]),
        # A pause by the switch has a reason without a digit: not spoken.
        (PresenceState.PAUSED, {"paused": True, "pause_reason": "missed_calls"}, ["paused"]),
    ],
)
def test_the_status_code_says_what_the_agent_is_doing(house, state, fields, heard):
    house.states["seat-001"] = state
    house.sessions["seat-001"] = replace(house.sessions["seat-001"], **fields)
    assert dial("*40", house=house) == [f"zh {phrase}" for phrase in heard]


def test_callers_waiting_are_told_with_the_own_state():
    house = SmallHouse(waiting=12)
    house.log_in("1002", "4711", "seat-001")
    assert dial("*47", house=house) == ["en callers-waiting", "en digit-1", "en digit-2", "en ready"]


@pytest.mark.parametrize("code", ["*40", "*44", "*46", "*461", "*460", "*47", "*48"])
def test_on_a_phone_without_an_agent_every_code_says_so(code):
    assert dial(code) == ["en not-logged-in"]


def test_a_code_that_does_not_exist_says_so():
    assert dial("*4510014711") == ["en unknown-code"]


def test_a_database_that_is_away_is_heard_and_never_sounds_like_success(house):
    class Away(SmallHouse):
        def session_at(self, endpoint: str) -> None:
            raise ConnectionError("PostgreSQL is away")

    phone = Keypad()
    with pytest.raises(ConnectionError):
        Dialogue(phone, Away()).run("*45")
    assert phone.heard == ["en server-trouble"]


def test_a_phone_that_asterisk_does_not_name_changes_nothing():
    phone = Keypad(endpoint="")
    with pytest.raises(PhoneUnknown):
        Dialogue(phone, SmallHouse()).run("*45")
    assert phone.heard == ["en server-trouble"]


def test_whoever_hangs_up_in_the_middle_is_not_logged_in():
    house = SmallHouse()
    with pytest.raises(HungUp):
        dial("*45", "1001", house=house)
    assert not house.sessions


def test_a_login_stands_though_the_agent_hangs_up_before_hearing_it():
    house = SmallHouse()
    with pytest.raises(HungUp):
        dial("*451001", house=house, phone=Keypad(["4711"], hangs_up_at="logged-in"))
    assert "seat-001" in house.sessions
