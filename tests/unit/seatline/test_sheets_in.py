"""Tables that come in: encodings, separators, formulas, and files that want to fill the disk."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from seatline.sheets_in import FileEncodingUnknown, FileUnpacksTooFar, FileUnreadable, TooManyRows, read_table

TEXT = "姓名,电话\r\n王小明,13800138000\r\n,\r\n李雷,13900139000\r\n"


def book(*rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


@pytest.mark.parametrize("content", [
    TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.encode("gb18030"), TEXT.replace(",", ";").encode(),
    TEXT.replace(",", "\t").encode(), TEXT.replace("\r\n", "\n").encode(),
    book(["姓名", "电话"], ["王小明", 13800138000], [None, None], ["李雷", "13900139000"]),
])  # fmt: skip
def test_same_table_in_every_dress(content):
    table = read_table(content, 10)
    assert table.columns == ["姓名", "电话"]
    assert [(line.no, list(line.cells)) for line in table.lines] == [
        (2, ["王小明", "13800138000"]), (4, ["李雷", "13900139000"]),
    ]  # fmt: skip


def test_dates_and_numbers_of_a_workbook_are_written_as_people_do():
    (line,) = read_table(book(["a", "b", "c"], [date(2026, 11, 24), 1200.5, 7.0]), 10).lines
    assert list(line.cells) == ["2026-11-24", "1200.5", "7"]


def test_formula_is_no_value():
    (line,) = read_table(book(["a"], ["=1+1"]), 10).lines
    assert line.formula


def test_file_that_unpacks_to_thousands_of_times_its_size_is_not_opened():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (64 * 2**20))
    with pytest.raises(FileUnpacksTooFar):
        read_table(content.getvalue(), 10)


@pytest.mark.parametrize(("content", "error"), [
    (b"PK\x03\x04 and then nothing", FileUnreadable),
    (b"\xff\xfea\x00b\x00", FileEncodingUnknown),
    (b"\x81\xff\xff", FileEncodingUnknown),
    (b"a\n" + b"x\n" * 11, TooManyRows),
    (b'a\n"' + b"x" * 200_000, FileUnreadable),  # a cell without an end
])  # fmt: skip
def test_what_is_no_table_is_told(content, error):
    with pytest.raises(error):
        read_table(content, 10)


def test_empty_file_is_an_empty_table():
    assert read_table(b"", 10).lines == []
