"""What the manager interface of a real Asterisk tells, heard again."""

import pytest

from telephony.ami.translate import FullyBooted, PhoneReachable, SecurityAlert, translate
from tests.builders.recorded import ami_events


def a_contact(**fields):
    return {"Event": "ContactStatus", **fields}


def test_phone_comes_a_stranger_guesses_and_the_phone_goes():
    heard = [one for event in ami_events("stranger_guesses_a_password") if (one := translate(event)) is not None]
    alerts = [one for one in heard if isinstance(one, SecurityAlert)]
    phones = [one for one in heard if isinstance(one, PhoneReachable)]
    assert phones[0] == PhoneReachable("seat-1", True) and phones[-1] == PhoneReachable("seat-1", False)
    assert alerts and set(alerts) == {SecurityAlert("ChallengeResponseFailed", "seat-1", "127.0.0.1")}


def test_ordinary_log_ins_of_phones_are_no_alert():
    ordinary = [one for one in ami_events("stranger_guesses_a_password") if one["Event"] == "SuccessfulAuth"]
    assert ordinary and all(translate(one) is None for one in ordinary)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        # Asterisk came up anew.
        ({"Event": "FullyBooted"}, FullyBooted()),
        # A phone that does not answer Asterisk's question any more.
        (a_contact(ContactStatus="Unreachable", EndpointName="seat-007"), PhoneReachable("seat-007", False)),
        # Older wording has the address of record alone.
        (a_contact(ContactStatus="Created", AOR="seat-007"), PhoneReachable("seat-007", True)),
        # A status that we do not know says nothing of the phone.
        (a_contact(ContactStatus="Updated", EndpointName="seat-007"), None),
        # Nobody's contact.
        (a_contact(ContactStatus="Reachable"), None),
        # An alert without an address is still one.
        ({"Event": "FailedACL", "AccountID": "x"}, SecurityAlert("FailedACL", "x", "")),
        # What we do not read.
        ({"Event": "Newchannel"}, None),
        ({}, None),
    ],
)
def test_event_becomes_ours_or_none(event, expected):
    assert translate(event) == expected
