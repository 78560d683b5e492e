"""The codes on the card beside each phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.agi.codes import Action, Code, CodeUnknown, parse


@pytest.mark.parametrize(
    ("dialled", "code"),
    [
        # In and out with one code, as on FreePBX.
        ("*45", Code(Action.TOGGLE_LOGIN)),
        # A hot desk: the agent number is dialled along.
        ("*451001", Code(Action.LOG_IN, "1001")),
        # Out, whatever one was before.
        ("*44", Code(Action.LOG_OUT)),
        # Pause and back with one code.
        ("*46", Code(Action.TOGGLE_PAUSE)),
        # Lunch.
        ("*462", Code(Action.PAUSE, "2")),
        # No pause, whatever one was before.
        ("*460", Code(Action.UNPAUSE)),
        ("*47", Code(Action.CALLERS_WAITING)),
        ("*48", Code(Action.FINISH_WRAP_UP)),
        ("*40", Code(Action.STATUS)),
        # What the switch did not take: nobody is to be called back; a number.
        ("*49", Code(Action.NOBODY_TO_CALL_BACK)),
        ("013800000001", Code(Action.NUMBER, "013800000001")),
    ],
)
def test_a_code_asks_for_one_thing(dialled, code):
    assert parse(dialled) == code


@pytest.mark.parametrize("dialled", ["", "*", "*4", "*45100", "*4510011", "*4622", "*45\n", "*４５"])
def test_other_digits_are_no_code(dialled):
    with pytest.raises(CodeUnknown):
        parse(dialled)


@given(st.from_regex(r"\*45[0-9]{5,12}", fullmatch=True))
def test_a_pin_dialled_along_by_mistake_stands_in_no_message(dialled):
    with pytest.raises(CodeUnknown) as refused:
        parse(dialled)
    assert dialled[3:] not in f"{refused.value} {refused.value.details}"
