"""Nobody is there: the caller leaves a message, which is kept, told by mail and played."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.rig import Rig
from tests.acceptance.sound import channels_of, phrase_begins, seconds_of_tone
from tests.acceptance.waiting import wait_until
from tests.acceptance.world import CALLER_HERTZ, SECOND, Client, a_client, caller_voice, facts_of, keys

BOX = "service@museum.example"
TONE_HERTZ = 1000
DEFINITION = {
    "start": "agent",
    "nodes": {
        "agent": {"kind": "queue", "queue": "service", "otherwise": {"no_agent": "message"}},
        "message": {"kind": "voicemail", "say": ["greeting"], "longest": 30, "silence": 3, "mail": BOX},
    },
}


@pytest.fixture(scope="module")
def client(rig: Rig) -> Client:
    """A client whose queue has nobody."""
    return a_client(rig, "gallery", definition=DEFINITION)


def message_of(report: dict[str, Any]) -> Any:
    """The message of a call, once it is kept."""
    from telephony.voicemail.models import Voicemail
    from tenants.accounts.scope import operator_scope

    def kept() -> Any:
        with operator_scope():
            return Voicemail.objects.filter(call_id=report["call_id"]).first()

    return wait_until(kept, 8, "the message")


def test_caller_speaks_and_hangs_up_and_the_message_is_kept_and_told(rig: Rig, client: Client) -> None:
    """Greeting, tone, the caller's own sound on file and in the mail."""
    from django.core import mail

    from seatline.clock import now
    from telephony.voicemail.services import mail_due

    result = rig.call(client.dialled, speech=caller_voice(rig), hang_up_after=7 * SECOND)
    assert result.heard is not None
    assert seconds_of_tone(result.heard, TONE_HERTZ) >= 0.2
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"], report["queue"]) == ("voicemail", "caller", "service")
    message = message_of(report)
    path = rig.var / "recordings" / Path(message.path)
    assert channels_of(path) == 1
    assert seconds_of_tone(path, CALLER_HERTZ) > 3
    assert seconds_of_tone(path, TONE_HERTZ) == 0, "the tone itself is not in it"
    assert (message.queue_code, message.caller, message.state) == ("service", report["caller"], "new")
    assert message.seconds == pytest.approx(4.9, abs=1.2)
    assert mail_due(now()) == 1
    assert mail_due(now()) == 0
    (letter,) = mail.outbox
    assert letter.to == [BOX]
    assert letter.attachments[0][1] == path.read_bytes()


def test_hash_key_ends_the_message_with_thanks(rig: Rig, client: Client) -> None:
    """The house thanks and hangs up."""
    pressed = keys((6, "#"))
    result = rig.call(client.dialled, speech=caller_voice(rig), keys=pressed, hang_up_after=20 * SECOND)
    assert result.heard is not None
    assert result.hung_up_by == "far"
    assert phrase_begins(result.heard, rig.var / "sounds" / "en" / "message-kept.wav") is not None
    report = rig.report(result)
    assert (report["outcome"], report["ended_by"]) == ("voicemail", "system")
    assert seconds_of_tone(rig.var / "recordings" / Path(message_of(report).path), CALLER_HERTZ) > 2


def test_caller_who_hangs_up_in_the_greeting_leaves_nothing(rig: Rig, client: Client) -> None:
    """No message, and the record says how the queue let him go, not that a menu was abandoned (docs/adr/0023)."""
    report = rig.report(rig.call(client.dialled, hang_up_after=0.4 * SECOND))
    assert report["outcome"] == "no_agent"
    assert "MessageStarted" not in facts_of(report)
