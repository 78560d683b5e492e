"""Numbers as trunks send them and people key them, read in a room in Shanghai."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.numbers.rules import NumberUnreadable, national, normalise

SHANGHAI = {"country": "86", "area": "21"}


@pytest.mark.parametrize(
    ("dialled", "canonical"),
    [
        # The shared short code, as the carrier hands it over.
        ("1252", "+861252"),
        # Our national access number.
        ("12501001", "+8612501001"),
        # Our local hotline has eight digits like any number in town.
        ("96968101", "+862196968101"),
        # A neighbour's telephone.
        ("61234567", "+862161234567"),
        # The same with area code and trunk 0.
        ("02161234567", "+862161234567"),
        # Shenzhen: an area code of three digits.
        ("075583001234", "+8675583001234"),
        # A small town with seven digits.
        ("08771234567", "+868771234567"),
        # A mobile.
        ("13812345678", "+8613812345678"),
        # Free phone.
        ("8008201234", "+868008201234"),
        ("4008201234", "+864008201234"),
        # A bank's national service number.
        ("95588", "+8695588"),
        # A service number of the town.
        ("96968", "+862196968"),
        # Emergency and the carrier's own service.
        ("110", "+86110"),
        ("10086", "+8610086"),
        # From abroad, in both spellings.
        ("+442071234567", "+442071234567"),
        ("00442071234567", "+442071234567"),
        # Canonical already.
        ("+862161234567", "+862161234567"),
        # Written with the 0 that one leaves out.
        ("+86 (0)21 6123-4567", "+862161234567"),
        # A carrier that forgets the plus.
        ("862161234567", "+862161234567"),
        ("8613812345678", "+8613812345678"),
    ],
)
def test_a_number_has_one_canonical_form(dialled, canonical):
    assert normalise(dialled, **SHANGHAI) == canonical


@pytest.mark.parametrize(
    "garbage",
    [
        # Nothing was sent.
        "",
        # The caller hides the number.
        "anonymous",
        # A star code is not a number.
        "*45",
        # Too short for a telephone in town.
        "61234",
        # One digit too many for a mobile.
        "138123456789",
        # A plus and nothing behind it, or far too much.
        "+",
        "+1234567890123456",
        # No country begins with 0.
        "+0123456789",
        # Digits of another script look right to isdigit() and wrong to a trunk.
        "١٢٣٤٥٦٧٨",
        # Somebody tries to leave the dial string.
        "61234567@evil",
        "61234567\n",
    ],
)
def test_what_is_no_number_is_refused(garbage):
    with pytest.raises(NumberUnreadable):
        normalise(garbage, **SHANGHAI)


@pytest.mark.parametrize(
    ("canonical", "shown"),
    [
        # In town nobody writes the area code.
        ("+862196968101", "96968101"),
        # Another town, area code of two and of three digits.
        ("+861065001234", "010-65001234"),
        ("+8675583001234", "0755-83001234"),
        # Mobiles, access numbers and short codes as they are dialled.
        ("+8613812345678", "13812345678"),
        ("+8612501001", "12501001"),
        ("+861252", "1252"),
        # Abroad.
        ("+442071234567", "+442071234567"),
    ],
)
def test_a_number_is_shown_as_people_here_write_it(canonical, shown):
    assert national(canonical, **SHANGHAI) == shown


@given(st.from_regex(r"\+86[1-9][0-9]{2,11}", fullmatch=True))
def test_what_is_shown_is_read_back_as_the_same_number(canonical):
    assert normalise(national(canonical, **SHANGHAI), **SHANGHAI) == canonical


@given(st.text(max_size=20))
def test_reading_twice_changes_nothing_and_nothing_breaks(text):
    try:
        once = normalise(text, **SHANGHAI)
    except NumberUnreadable:
        return
    assert normalise(once, **SHANGHAI) == once
