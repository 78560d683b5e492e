"""The list of complaints in tests/README.md names tests that there are."""

import re

import pytest

from seatline.env import ROOT

TESTS = ROOT / "tests"
ROWS = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", (TESTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
NAMED = [
    (no, name) for no, answers in ROWS for name in re.findall(r"`((?:unit|integration|acceptance)/[^`]+)`", answers)
]


def test_every_complaint_is_answered_or_said_to_be_open():
    assert [int(no) for no, _ in ROWS] == list(range(1, 20))
    answered = {no for no, _ in NAMED} | {
        no for no, answers in ROWS if "not built yet" in answers or "./run" in answers
    }
    assert answered == {no for no, _ in ROWS}


@pytest.mark.parametrize(("no", "name"), NAMED)
def test_story_that_is_named_is_there(no, name):
    path, _, function = name.partition("::")
    where = TESTS / path
    assert where.exists()
    assert not function or f"def {function}(" in where.read_text(encoding="utf-8")
