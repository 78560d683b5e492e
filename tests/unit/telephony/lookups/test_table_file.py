"""A client's table as spreadsheets write it."""

import pytest

from telephony.lookups.table_file import (
    LARGEST,
    MOST_PINS,
    ColumnsUnfit,
    KeyColumnMissing,
    TableEncodingUnknown,
    TableTooLarge,
    read_table,
)


@pytest.mark.parametrize(
    "content",
    [
        "key,name,pin\n77,王芳,938271\n".encode(),
        "\ufeffkey;name;pin\r\n77;王芳;938271\r\n\r\n".encode(),
        "key\tname\tpin\n77\t王芳\t938271".encode("gb18030"),
        'pin,"key",name\n938271,77," 王芳 "\n'.encode(),
    ],
)
def test_row_is_read_however_the_file_was_saved(content):
    (row,) = read_table(content)
    assert (row.line, row.key, row.values, row.pin, row.fault) == (2, "77", {"name": "王芳"}, "938271", "")


def test_every_fault_names_its_row():
    rows = read_table(b"key,pin,price\n1,,5\n,,5\n1,,6\n2,12,5\n3,,5,6\n4,,%s\n" % (b"9" * 201))
    assert [(row.line, bool(row.fault)) for row in rows] == [(2, False), *((no, True) for no in range(3, 8))]
    assert rows[2].said == {"line": 2}
    assert rows[5].said == {"name": "price"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", KeyColumnMissing),
        (b"number,price\n1,5\n", KeyColumnMissing),
        (b"key,the price\n1,5\n", ColumnsUnfit),
        (b"key,price,price\n1,5,5\n", ColumnsUnfit),
        (b"key\n\xff\xff\xff\n", TableEncodingUnknown),
        (b"k" * (LARGEST + 1), TableTooLarge),
        (b"key,pin\n" + b"".join(b"%d,938271\n" % no for no in range(MOST_PINS + 1)), TableTooLarge),
    ],
)
def test_what_is_no_table_is_refused(content, error):
    with pytest.raises(error):
        read_table(content)
