"""Which addresses are asked, how long wrong PINs lock out, and what answers tell."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from telephony.lookups.rules import lock_after, may_be_asked, taken


@pytest.mark.parametrize(
    ("address", "outside", "inside"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        # Our own machine and private networks.
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("10.0.0.8", False, True),
        ("192.168.1.1", False, True),
        ("fd00::1", False, True),
        # The same, dressed up.
        ("::ffff:127.0.0.1", False, True),
        # Where clouds keep their secrets, and what is no host at all.
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
    ],
)
def test_address(address, outside, inside):
    assert may_be_asked(ip_address(address), inside=False) is outside
    assert may_be_asked(ip_address(address), inside=True) is inside


def test_lock_doubles_from_the_third_wrong_pin_on_and_has_a_limit():
    minutes = [lock_after(number, "account") for number in range(1, 7)]
    assert minutes == [None, None, *(timedelta(minutes=number) for number in (1, 2, 4, 8))]
    assert lock_after(10_000, "account") == timedelta(hours=24)
    assert lock_after(8, "caller") is None


@pytest.mark.parametrize(
    ("body", "take", "values"),
    [
        (b'{"a": {"b": 12.50}}', {"x": "a.b"}, {"x": "12.50"}),
        (b'{"a": [{"b": "c"}]}', {"x": "a.0.b"}, {"x": "c"}),
        (b'{"a": true}', {"x": "a"}, {"x": "1"}),
        (b"not json", {}, {}),
        (b'{"a": null}', {"x": "a"}, None),
        (b'{"a": {}}', {"x": "a"}, None),
        (b"[1]", {"x": "1"}, None),
    ],
)
def test_answer_gives_variables_or_none_at_all(body, take, values):
    assert taken(body, take) == values
