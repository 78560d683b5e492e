"""CSV as spreadsheets open it, and no cell that becomes a formula."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from seatline.sheets import csv_lines, shown


@pytest.mark.parametrize("name", ["=1+1", "+4912", "-1", "@SUM(A1)", "\t=1", "＝1"])
def test_text_from_outside_is_never_a_formula(name):
    assert shown(name) == f"'{name}"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""), (3, "3"), (-3, "-3"), (0.25, "0.25"), (1 / 3, "0.3333"), (Decimal("10.50"), "10.50"),
        (timedelta(seconds=90), "90"), (timedelta(seconds=1.25), "1.2"),
        (datetime(2026, 11, 24, 9, tzinfo=UTC), "2026-11-24T09:00:00+00:00"),
    ],
)  # fmt: skip
def test_values_are_written_so_that_they_can_be_reckoned_with(cell, text):
    assert shown(cell) == text


def test_long_table_comes_in_pieces_and_whole():
    pieces = list(csv_lines(["number"], ([f"{no:050}"] for no in range(5000))))
    assert len(pieces) > 3
    lines = b"".join(pieces).decode("utf-8-sig").split("\r\n")
    assert (lines[0], len(lines)) == ("number", 5002)
