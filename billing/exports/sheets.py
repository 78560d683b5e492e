"""XLSX written row by row in constant memory, and read back as rows by column name.

Rules of this file: the same rows and date give the same bytes. Text is never a formula and never a link; a number that
a spreadsheet would shorten (more than 15 digits) is text.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from seatline.errors import BadInput


class SheetUnreadable(BadInput):
    """The file is no XLSX workbook."""


#: Excel's own limit, less the head; what is more goes on on another sheet.
MOST_ROWS = 1_048_575


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name (31 characters at most), its columns, and its rows in order."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]


def workbook(sheets: Iterable[Sheet], at: datetime) -> bytes:
    """The workbook of these sheets; `at` is the date in its properties."""
    import xlsxwriter  # noqa: PLC0415 - only who writes sheets pays for it

    made = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": "", "author": "Seatline", "created": at.astimezone(UTC).replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1})
    for sheet in sheets:
        page = _page(book, sheet.name, sheet.columns, head)
        pages, number = 1, 0
        for row in sheet.rows:
            number += 1
            if number > MOST_ROWS:
                pages, number = pages + 1, 1
                page = _page(book, f"{sheet.name} {pages}", sheet.columns, head)
            for column, value in enumerate(row):
                _write(page, number, column, value)
    book.close()
    return made.getvalue()


def _page(book: Any, name: str, columns: Sequence[str], head: Any) -> Any:
    page = book.add_worksheet(name)
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(columns) - 1, 0), 16)
    for column, title in enumerate(columns):
        page.write_string(0, column, title, head)
    return page


def _write(page: Any, row: int, column: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Decimal):
        page.write_number(row, column, float(value))
    elif isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int):
        page.write_number(row, column, value)
    elif isinstance(value, date):
        page.write_datetime(row, column, value)
    else:
        page.write_string(row, column, str(value))


def read_sheet(content: bytes) -> Iterator[dict[str, Any]]:
    """The rows of the first sheet by the names in its first row. Raises `SheetUnreadable`."""
    import openpyxl  # noqa: PLC0415 - only who reads sheets pays for it

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError) as error:
        raise SheetUnreadable from error
    rows = book.worksheets[0].iter_rows(values_only=True)
    names = [str(name or "").strip() for name in next(rows, ())]
    for row in rows:
        yield dict(zip(names, row, strict=False))
