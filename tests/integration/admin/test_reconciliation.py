"""The page that compares the three books: finance sees what differs, operations does not open it."""

from datetime import date, timedelta

import pytest

from seatline import clock
from telephony.witness.files import CURRENT
from telephony.witness.process import Witness
from tests.builders.tenants import NINE
from tests.builders.witness import a_fallback_call, a_line

PAGE = "/admin/reconciliation/"
DAY = f"{PAGE}?day={date(2026, 11, 24)}"


class Quiet:
    """Stands for the list of live channels: never asked."""

    newest = None
    answers = False


@pytest.fixture
def later(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NINE + timedelta(hours=1))


def test_call_that_billing_does_not_know_stands_there_with_its_link(staff, later, tmp_path):
    (tmp_path / CURRENT).write_bytes(b"".join(map(a_line, a_fallback_call())))
    Witness(tmp_path, Quiet(), clock.now).step()
    shown = staff("finance").get(DAY)
    assert shown.status_code == 200
    page = shown.content.decode()
    assert "it has ended; billing does not know it" in page
    assert "/admin/telephony/call/" in page


def test_day_without_calls_agrees_and_a_day_that_cannot_be_read_is_today(staff, later):
    for address in (PAGE, DAY, f"{PAGE}?day=tomorrow", f"{PAGE}?day=2999-01-01"):
        page = staff("finance").get(address).content.decode()
        assert "None: the books agree." in page
        assert "2026-11-24" in page


def test_who_may_not_see_usage_does_not_open_it(staff, portal_user):
    assert staff("operations").get(PAGE).status_code in (302, 403, 404)
    assert portal_user.get(PAGE).status_code in (302, 403, 404)
