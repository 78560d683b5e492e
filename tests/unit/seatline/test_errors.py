"""The error tree: docstring is the message, class name is the code, branch is the status."""

import importlib
import pkgutil

import pytest

from seatline.errors import BadInput, NotAllowed, NotFound, Refused, SeatlineError, Unavailable

FLOORS = ("tenants", "agents", "telephony", "billing")  # the house's own errors are seen in a terminal only


class NoSeatLeased(Refused):
    """{tenant} has no seat left now: all {seats} are taken.

    This paragraph is for the engineer.
    """


def test_message_is_the_first_paragraph_with_its_details():
    error = NoSeatLeased(tenant="Museum", seats=5)
    assert str(error) == error.message == "Museum has no seat left now: all 5 are taken."


def test_detail_that_is_missing_does_not_hide_the_error():
    assert str(NoSeatLeased(seats=5)) == "? has no seat left now: all 5 are taken."


def test_code_is_stable_and_for_programs():
    assert NoSeatLeased().code == "no_seat_leased"


@pytest.mark.parametrize(
    ("branch", "status"),
    [(Refused, 409), (NotAllowed, 403), (NotFound, 404), (BadInput, 400), (Unavailable, 503), (SeatlineError, 500)],
)
def test_branch_tells_whose_fault_it_is(branch, status):
    assert branch().status == status


def test_details_with_braces_cannot_reach_into_the_program():
    assert str(NoSeatLeased(tenant="{seats.__class__}", seats=5)).startswith("{seats.__class__} has")


def _all_errors():
    for floor in ("seatline", *FLOORS):
        for module in pkgutil.walk_packages(importlib.import_module(floor).__path__, f"{floor}."):
            if ".migrations" not in module.name and not module.name.endswith(("__main__", ".asgi")):
                importlib.import_module(module.name)
    todo, found = [SeatlineError], set()
    while todo:
        kind = todo.pop()
        found.add(kind)
        todo += [sub for sub in kind.__subclasses__() if not sub.__module__.startswith("test")]
    return sorted((kind for kind in found if "tests" not in kind.__module__), key=lambda kind: kind.__name__)


def test_every_error_of_the_house_has_a_sentence_of_its_own():
    for kind in _all_errors():
        sentence = " ".join((kind.__dict__.get("__doc__") or "").split("\n\n")[0].split())
        assert sentence.rstrip("”\"'`")[-1:] in {".", "?", "!", "}"}, (kind, sentence)


def test_code_means_one_thing_in_the_api():
    codes = [kind().code for kind in _all_errors() if kind.__module__.split(".")[0] in FLOORS]
    assert not {code for code in codes if codes.count(code) > 1}
