"""Clients' tables taken from files: looked at first, then written, all of it or nothing. In the caller's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from seatline.errors import BadInput
from telephony.lookups.models import TableRow
from telephony.lookups.services import set_row
from telephony.lookups.table_file import FileRow, read_table
from tenants.accounts.models import Tenant


class TableFaulty(BadInput):
    """{count} rows of the file have faults: nothing is imported until they are mended."""


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of a file and what becomes of it."""

    row: FileRow
    fate: Fate


def look_at(tenant: Tenant, table: str, content: bytes) -> list[PlannedRow]:
    """What an import would do, row by row; writes nothing. Raises the errors of `table_file`."""
    rows = read_table(content)
    keys = [row.key for row in rows]
    there = dict(TableRow.objects.filter(tenant=tenant, table=table, key__in=keys).values_list("key", "values"))
    return [PlannedRow(row, _fate(row, there)) for row in rows]


def _fate(row: FileRow, there: dict[str, dict[str, str]]) -> Fate:
    if row.fault:
        return Fate.FAULTY
    if row.key not in there:
        return Fate.NEW
    return Fate.SAME if there[row.key] == row.values and not row.pin else Fate.CHANGED


def import_table(tenant: Tenant, table: str, content: bytes) -> Sequence[PlannedRow]:
    """Write the rows of a file; others of the table stay. Raises TableFaulty and the errors of `table_file`."""
    planned = look_at(tenant, table, content)
    faulty = sum(one.fate is Fate.FAULTY for one in planned)
    if faulty:
        raise TableFaulty(count=faulty)
    with transaction.atomic():
        for one in planned:
            if one.fate is not Fate.SAME:
                set_row(tenant, table, one.row.key, one.row.values, pin=one.row.pin)
    return planned
