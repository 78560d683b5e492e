"""What each command says to Asterisk."""

from datetime import timedelta

import pytest

from telephony.ari.execute import Request, failed, requests
from telephony.core import commands as cmd
from telephony.core import events as ev
from tests.builders.calls import NINE, a_call_id

CALL = a_call_id()
LEG = f"{CALL}-1"
CREATE = cmd.CreateLeg(
    call=CALL, channel=LEG, endpoint="seat-001", originator="caller", caller="+862161234567", caller_name="City Museum",
    tenant="museum", variables={"CALLREF": str(CALL), "TENANT": "museum"},
)  # fmt: skip
OUTSIDE = cmd.CreateOutside(
    call=CALL, channel=LEG, number="+862161234567", trunk="carrier", originator="caller", caller_id="+862196968101",
)  # fmt: skip
SPEAK = cmd.StartPrompt(call=CALL, channel="c", playback="p", media=("sound:a", "sound:b"))
MESSAGE = cmd.StartMessage(
    call=CALL, channel="c", name="m", longest=timedelta(minutes=2), silence=timedelta(seconds=5)
)  # fmt: skip
JOIN = cmd.Connect(call=CALL, bridge="b", channels=("c", LEG))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (cmd.Answer(call=CALL, channel="c"), [("POST", "channels/c/answer")]),
        (SPEAK, [("POST", "channels/c/play/p")]),
        (cmd.StopPrompt(call=CALL, playback="p"), [("DELETE", "playbacks/p")]),
        (cmd.StartMusic(call=CALL, channel="c", music="jazz"), [("POST", "channels/c/moh")]),
        (cmd.StopMusic(call=CALL, channel="c"), [("DELETE", "channels/c/moh")]),
        (CREATE, [("POST", "channels/create")]),
        (OUTSIDE, [("POST", "channels/create")]),
        (cmd.DialLeg(call=CALL, channel=LEG, ring=timedelta(seconds=20)), [("POST", f"channels/{LEG}/dial")]),
        # First the bridge, then the two: one socket keeps the order.
        (JOIN, [("POST", "bridges/b"), ("POST", "bridges/b/addChannel")]),
        (cmd.DropBridge(call=CALL, bridge="b"), [("DELETE", "bridges/b")]),
        (cmd.HangUp(call=CALL, channel="c"), [("DELETE", "channels/c")]),
        (cmd.ComeAgain(call=CALL, channel="c"), [("POST", "channels/c/continue")]),
        (cmd.LetGo(call=CALL, channel="c"), [("POST", "channels/c/continue")]),
        (cmd.Label(call=CALL, channel="c", variables={"STAGE": "flow"}), [("POST", "channels/c/variables")]),
        (cmd.Mark(call=CALL, channel="c", variables={"STAGE": "waiting"}), []),  # by AMI
        (MESSAGE, [("POST", "channels/c/record")]),
        (cmd.StopMessage(call=CALL, name="m"), [("POST", "recordings/live/m/stop")]),
        # Those that are not Asterisk's business.
        (cmd.SetTimer(call=CALL, timer="key", count=1, delay=timedelta(1)), []),
        (cmd.KeepRecording(call=CALL, name="n"), []),
    ],
)
def test_command_becomes_its_requests(command, expected):
    assert [(one.method, one.uri) for one in requests(command, "seatline")] == expected


def test_agents_phone_is_made_under_our_own_id_and_shows_the_caller_and_for_whom_to_answer():
    (request,) = requests(CREATE, "seatline")
    assert request.query["channelId"] == LEG, "a repeat after a crash cannot ring a second phone"
    variables = request.body["variables"]
    assert variables["CALLREF"] == str(CALL)
    assert variables["CONNECTEDLINE(num,i)"] == "+862161234567"
    assert variables["CONNECTEDLINE(name-pres,i)"] == "allowed", "else the phone shows “anonymous”"


def test_prompts_of_a_node_are_one_playback():
    assert list(requests(SPEAK, "seatline")) == [Request("POST", "channels/c/play/p", {"media": "sound:a,sound:b"})]


def test_id_from_outside_cannot_leave_its_place_in_the_address():
    (request,) = requests(cmd.HangUp(call=CALL, channel="../bridges?x=1"), "seatline")
    assert request.uri == "channels/..%2Fbridges%3Fx%3D1"


@pytest.mark.parametrize(
    ("command", "event"),
    [
        # No such phone: as if it had not answered.
        (CREATE, ev.ChannelEnded(call=CALL, at=NINE, channel=LEG, cause=20)),
        # A prompt for a channel that is gone: it is over.
        (SPEAK, ev.PromptEnded(call=CALL, at=NINE, playback="p", failed=True)),
        # A hang-up of a channel that is gone: the news of its end is on its way.
        (cmd.HangUp(call=CALL, channel="c"), None),
    ],
)
def test_refusal_is_an_event_only_where_no_other_news_would_come(command, event):
    assert failed(command, NINE) == event


def test_carrier_gets_numbers_in_the_form_that_it_takes_and_the_tenants_number_is_shown():
    (request,) = requests(OUTSIDE, "seatline", outward=lambda number: number.removeprefix("+8621"))
    assert request.query["endpoint"] == "PJSIP/61234567@trunk-carrier"
    assert request.query["originator"] == "caller"
    assert request.body["variables"]["CONNECTEDLINE(num,i)"] == "96968101"
    assert request.body["variables"]["CONNECTEDLINE(num-pres,i)"] == "allowed"


def test_trunk_that_asterisk_refuses_is_a_failed_leg():
    assert failed(OUTSIDE, NINE) == ev.ChannelEnded(call=CALL, at=NINE, channel=LEG, cause=20)


def test_message_ends_by_hash_a_silence_or_its_length():
    (request,) = requests(MESSAGE, "seatline")
    limits = {"maxDurationSeconds": "120", "maxSilenceSeconds": "5", "terminateOn": "#"}
    assert request.query == {"name": "m", "format": "wav", "ifExists": "overwrite", **limits}
    assert failed(MESSAGE, NINE) == ev.MessageEnded(call=CALL, at=NINE, name="m", failed=True)
