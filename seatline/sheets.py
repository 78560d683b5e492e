"""Tables for spreadsheets: CSV as Excel opens it, and XLSX.

UTF-8 with a byte order mark and CRLF (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe
in front, whoever wrote it: a caller's name comes from outside (OWASP, CSV injection). Numbers are never text.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

Cell = str | int | float | Decimal | date | datetime | timedelta | None

# Full-width forms too: Excel folds them.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def shown(cell: Cell) -> str:
    """A cell as CSV has it: durations in seconds, a decimal point, ISO dates."""
    match cell:
        case None:
            return ""
        case str():
            return safe(cell)
        case timedelta():
            return f"{cell.total_seconds():.1f}".removesuffix(".0")
        case datetime():
            return cell.isoformat(timespec="seconds")
        case float():
            return f"{cell:.4f}".rstrip("0").rstrip(".")
        case Decimal():
            return f"{cell:f}"
        case _:
            return str(cell)


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """The file piece by piece, so that a long table need not be in memory."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    yield "\ufeff".encode()
    for row in rows:
        writer.writerow([shown(cell) for cell in row])
        if text.tell() > 50_000:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    piece = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return piece
