"""Tables that come in: CSV as spreadsheets write it, and XLSX; row by row as text, each with what is wrong with it.

CSV is UTF-8, with or without its mark, or GB 18030, parted by commas, semicolons or tabs. An XLSX file is a ZIP: what
it would unpack to is looked at before a byte is unpacked. A cell with a formula is no value: somebody else's
spreadsheet has reckoned it, or nobody has.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from seatline.errors import BadInput

MOST_UNPACKED = 200 * 2**20  # bytes of all parts of a workbook
MOST_RATIO = 200  # a sheet of text packs to a tenth or so; a bomb to a thousandth


class FileUnreadable(BadInput):
    """This is no table that can be read: {cause}"""


class FileEncodingUnknown(BadInput):
    """The file is neither UTF-8 nor GB 18030: save it as CSV UTF-8."""


class FileUnpacksTooFar(BadInput):
    """The file would unpack to more than {megabytes} MB: it is not opened."""


class TooManyRows(BadInput):
    """The file has more than {most} rows: import it in parts."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as text, with its number in the file (the head is 1); `formula` says that a cell holds one."""

    no: int
    cells: Sequence[str]
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Column names, and rows that are not empty."""

    columns: Sequence[str]
    lines: Sequence[Line]


def read_table(content: bytes, most: int) -> Table:
    """The table in a file; a ZIP's mark tells XLSX from CSV. Raises the errors of this file."""
    lines = _workbook(content) if content.startswith(b"PK") else _csv(content)
    found: list[Line] = []
    columns: Sequence[str] = ()
    try:
        columns = [cell.strip() for cell in next(lines, Line(1, ())).cells]
        for line in lines:
            if not any(line.cells) and not line.formula:
                continue
            if len(found) >= most:
                raise TooManyRows(most=most)
            found.append(line)
    except csv.Error as error:
        raise FileUnreadable(cause=str(error)) from error
    while columns and not columns[-1]:
        columns = columns[:-1]
    return Table(columns, found)


def _csv(content: bytes) -> Iterator[Line]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    for no, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
        yield Line(no, [cell.strip() for cell in cells])


def _decoded(content: bytes) -> str:
    if b"\0" in content:  # UTF-16, or no text at all
        raise FileEncodingUnknown
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileEncodingUnknown


def _workbook(content: bytes) -> Iterator[Line]:
    import openpyxl  # noqa: PLC0415 - only who reads sheets pays for it

    try:
        _look_before_unpacking(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        rows = book.worksheets[0].iter_rows()
        for no, row in enumerate(rows, 1):
            yield Line(no, [_cell(cell.value) for cell in row], any(cell.data_type == "f" for cell in row))
    except BadInput:
        raise
    except Exception as error:  # the library raises whatever a broken file makes it stumble over
        raise FileUnreadable(cause=type(error).__name__) from error


def _look_before_unpacking(content: bytes) -> None:
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * max(len(content), 1000):
        raise FileUnpacksTooFar(megabytes=min(MOST_UNPACKED, MOST_RATIO * max(len(content), 1000)) // 2**20)


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return (value.date() if not (value.hour or value.minute or value.second) else value).isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer() and abs(value) < 10**15:
            return str(int(value))
        case _:
            return str(value).strip()
