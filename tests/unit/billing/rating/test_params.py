"""Parameters of prices: what is refused, and with which words."""

import pytest

from billing.rating.kinds import KINDS, KindUnknown, read_params
from billing.rating.params import ParamsUnreadable, fields_of, read, write
from billing.rating.trace import PHRASES, say, step, step_of


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        ("seat_month", {}, "price is missing"),
        ("seat_month", {"price": 3000.5}, "price must be an amount as text"),
        ("seat_month", {"price": "-1"}, "price must be an amount of 0 or more"),
        ("seat_month", {"price": "NaN"}, "price must be an amount of 0 or more"),
        ("seat_month", {"price": "1.0000001"}, "at most 6 decimals"),
        ("seat_month", {"price": "1", "minimum_seats": "ten"}, "minimum_seats must be a whole number"),
        ("seat_month", {"price": "1", "minimum_scope": "week"}, "minimum_scope must be one of day, period"),
        ("seat_month", {"price": "1", "seats": 3}, "seats is not known; known are price, minimum_seats"),
        (
            "bundle",
            {"fee": "1", "included": 5, "overage_price": "1", "prorate_fee": "yes"},
            "prorate_fee must be true or",
        ),
        ("metered", {"price": "1", "meters": []}, "meters must be a list of names"),
        ("metered", {"price": "1", "minimum_count": 1, "minimum_amount": "1"}, "give one of them"),
        ("metered", "1.20", "must be an object"),
    ],
)
def test_unreadable_parameters_are_refused_in_words(kind, params, words):
    with pytest.raises(ParamsUnreadable, match=words):
        read_params(kind, params)


def test_unknown_kind_names_the_known_ones():
    with pytest.raises(KindUnknown, match="no price kind yearly; there are seat_month, bundle"):
        read_params("yearly", {})


def test_what_is_read_is_written_the_same():
    params = read(KINDS["metered"].params, {"price": "1.20", "minimum_count": 5, "meters": ["call_in", "call_out"]})
    assert read(KINDS["metered"].params, write(params)) == params


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_says_what_it_means_in_both_languages(kind):
    for field in fields_of(KINDS[kind].params):
        assert field.help
        assert field.help_zh


def test_every_phrase_has_the_same_values_in_both_languages():
    from string import Formatter

    for key, (english, chinese) in PHRASES.items():
        names = [sorted(name for _, name, _, _ in Formatter().parse(text) if name) for text in (english, chinese)]
        assert names[0] == names[1], key


def test_stored_steps_are_told_the_same():
    told = step("metered", quantity="1200", unit="call", price="0.80", amount="960.00")
    assert step_of(told.as_json()) == told
    assert say([told], "en") == "1,200 calls × 0.80 = 960.00"
    assert (
        say([step("metered", quantity="1", unit="call", price="0.80", amount="0.80")], "en") == "1 call × 0.80 = 0.80"
    )
