"""A client's table as a CSV file: read row by row, each with what is wrong with it.

Rules of this file: pure. The first line names the columns: `key`, `pin` if there are PINs, and any other values. Files
as spreadsheets write them are taken: UTF-8 with or without its mark, or GB 18030; commas, semicolons or tabs.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seatline.errors import BadInput

MOST_ROWS = 2000
MOST_PINS = 100  # each is hashed slowly on purpose
LARGEST = 1024 * 1024  # bytes
_COLUMN = re.compile(r"[^.\s]{1,40}")
_PIN = re.compile(r"\d{4,12}", re.ASCII)


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


class TableUnreadable(BadInput):
    """This is no table that can be read: {cause}"""


class TableEncodingUnknown(BadInput):
    """The file is neither UTF-8 nor GB 18030: save it as CSV UTF-8."""


class KeyColumnMissing(BadInput):
    """The first line of the file names no column “key”."""


class ColumnsUnfit(BadInput):
    """Each column of the file needs a name of its own, without spaces and dots."""


class TableTooLarge(BadInput):
    """A file may have 1 MB, {rows} rows and {pins} PINs: import a larger one in parts."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of the file. `fault` is a sentence with its parameters, empty if the row can be taken."""

    line: int
    key: str
    values: Mapping[str, str]
    pin: str = ""
    fault: str = ""
    said: Mapping[str, object] | None = None


def read_table(content: bytes) -> list[FileRow]:
    """The rows of a file. Raises the errors of this file."""
    if len(content) > LARGEST:
        raise TableTooLarge(rows=MOST_ROWS, pins=MOST_PINS)
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip() for name in next(lines, [])]
        _check(columns)
        rows = list(_rows(lines, columns))
    except csv.Error as error:
        raise TableUnreadable(cause=str(error)) from error
    if len(rows) > MOST_ROWS or sum(bool(row.pin) for row in rows) > MOST_PINS:
        raise TableTooLarge(rows=MOST_ROWS, pins=MOST_PINS)
    return rows


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableEncodingUnknown


def _check(columns: list[str]) -> None:
    if "key" not in columns:
        raise KeyColumnMissing
    wrong = [name for name in columns if not _COLUMN.fullmatch(name)]
    if wrong or len(set(columns)) < len(columns):
        raise ColumnsUnfit


def _rows(lines: Iterator[list[str]], columns: list[str]) -> Iterator[FileRow]:
    seen: dict[str, int] = {}
    for no, cells in enumerate(lines, 2):
        if not any(cell.strip() for cell in cells):
            continue
        found = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        key, pin = found.pop("key", ""), found.pop("pin", "")
        row = FileRow(no, key, {name: value for name, value in found.items() if value}, pin)
        fault, said = _fault(row, len(cells) > len(columns), seen.get(key))
        seen.setdefault(key, no)
        yield FileRow(no, key, row.values, pin, fault, said) if fault else row


def _fault(row: FileRow, longer: bool, before: int | None) -> tuple[str, dict[str, object] | None]:
    if longer:
        return _("it has more values than there are columns"), None
    if not row.key or len(row.key) > 64:
        return _("the key should have 1 to 64 characters"), None
    if before is not None:
        return _("line %(line)s has the same key"), {"line": before}
    if row.pin and not _PIN.fullmatch(row.pin):
        return _("a PIN has 4 to 12 digits"), None
    long = next((name for name, value in row.values.items() if len(value) > 200), None)
    return (_("“%(name)s” is longer than 200 characters"), {"name": long}) if long else ("", None)
