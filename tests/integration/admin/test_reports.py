"""The pages of reports and of staffing: figures with what they were made from, files, and clear words for bad input."""

import csv
import io

import pytest

from telephony.journal.disk import Journal
from telephony.journal.ship import ship
from tests.integration.telephony.test_foreseen import a_told_caller

REPORT = "/admin/reports/?first=2026-11-24&last=2026-11-24"


@pytest.mark.parametrize(
    "by",
    ["queue", "quarter", "half", "hour", "day", "month", "agent", "dialled", "merchant_code", "outcome"],
)
def test_every_report_opens_and_counts_the_one_call(staff, house, by):
    ops = staff("operations")
    page = ops.get(f"{REPORT}&by={by}")
    assert page.status_code == 200
    body = page.content.decode().split('data-testid="report"', 1)[1]
    assert "<tbody>" in body
    rows = list(csv.DictReader(io.StringIO(ops.get(f"{REPORT}&by={by}&format=csv").content.decode("utf-8-sig"))))
    counted = next(name for name in ("entered", "taken", "calls") if name in rows[0])
    assert sum(int(row[counted]) for row in rows) == 1


def test_waits_foreseen_say_how_they_are_estimated(staff, house, tmp_path):
    journal = Journal(tmp_path / "told.sqlite3")
    journal.append(a_told_caller(7, house.tenant, 90.0, 60), [])
    ship(journal)
    journal.close()
    page = staff("operations").get(f"{REPORT}&by=foreseen").content.decode()
    assert "The wait that is said is the place in the queue, times the mean time" in page
    assert 'title="30 s / 1"' in page, "said half a minute too much to one caller"


def test_figure_tells_what_it_was_made_from(staff, house):
    page = staff("operations").get(f"{REPORT}&by=queue").content.decode()
    assert 'title="1 / 1"' in page, "the service level of one call that was answered in time"
    assert "Answered within 20 seconds, of those let in without those who hung up at once." in page


def test_days_without_calls_name_the_next_step(staff, house):
    page = staff("operations").get("/admin/reports/?first=2026-01-01&last=2026-01-01&by=queue").content.decode()
    assert "Nobody called in these days." in page


def test_days_in_the_wrong_order_are_refused_in_words(staff, house):
    page = staff("operations").get("/admin/reports/?first=2026-11-24&last=2026-11-23&by=queue")
    assert page.status_code == 200
    assert "The last day must not be before the first" in page.content.decode()


def test_staffing_says_how_many_seats_to_lease(staff, db):
    ops = staff("operations")
    page = ops.get("/admin/staffing/?calls=200&handling=180&patience=&share=80&within=20").content.decode()
    assert "Lease 14 seats." in page
    bad = ops.get("/admin/staffing/?calls=1000000&handling=3600&patience=&share=80&within=20").content.decode()
    assert "The load asks for more than 5000 agents." in bad


def test_reports_are_for_those_who_may_see_calls(staff, portal_user, db):
    assert staff("security").get("/admin/reports/").status_code == 403
    assert portal_user.get("/admin/reports/").status_code == 302
