"""The demo's cast: everybody has what they need, and nothing is the same on two machines."""

import pytest

from agents.people.rules import check_strength
from seatline.house import cast


@pytest.fixture
def machine(monkeypatch):
    return lambda key: monkeypatch.setenv("SEATLINE_SECRET_KEY", key)


def test_no_pin_is_too_easy_on_any_of_a_thousand_machines(machine):
    for key in range(1000):
        machine(str(key))
        for part in cast.agents()[:3]:
            check_strength(cast.pin_of(part.number), part.number)


def test_secrets_are_the_same_each_time_and_different_on_every_machine(machine):
    def all_of_them():
        return [*map(cast.password_of, cast.logins()), *(cast.phone_secret(part.endpoint) for part in cast.agents())]

    machine("one")
    first = all_of_them()
    assert first == all_of_them()
    assert len(set(first)) == len(first)
    machine("other")
    assert not set(first) & set(all_of_them())


def test_no_two_agents_share_a_seat():
    seats = [part.seat for part in cast.agents()]
    assert len(set(seats)) == len(seats) == 26
    assert max(seats) <= 370
