"""A file's columns and rows as customers: what each column is, and what a row says. Pure but for reading numbers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from seatline.errors import BadInput
from seatline.sheets_in import Line
from tenants.forms.rules import AnswersFaulty, Fault, Field, Form, Kind, check
from tenants.numbers.reading import read_number

NAME, NUMBER = "name", "number"
_NAMES = {"name", "姓名", "名称", "客户", "customer"}
_NUMBERS = re.compile(r"(?:number|phone|telephone|mobile|电话|号码|手机|手机号|联系电话)\s*\d{0,2}")
_PARTS = re.compile(r"[;；,，、\n]")


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


class ColumnUnknown(BadInput):
    """Nobody knows what the column “{column}” is: name it “name”, “number”, or like one of your own fields."""


class ColumnTwice(BadInput):
    """Two columns of the file are “{column}”."""


class NumberColumnMissing(BadInput):
    """The first line of the file names no column “number”: customers are known again by their numbers."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says; `faults` is empty if it can be taken."""

    no: int
    name: str = ""
    numbers: Sequence[str] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[Fault] = ()


def read_columns(columns: Sequence[str], form: Form) -> list[str]:
    """What each column is: NAME, NUMBER, or the code of a field. Raises this file's errors."""
    known = {text.casefold(): one.code for one in form for text in (one.label_zh, one.label, one.code) if text}
    found: list[str] = []
    for column in columns:
        small = column.casefold()
        what = known.get(small) or (NAME if small in _NAMES else NUMBER if _NUMBERS.fullmatch(small) else "")
        if not what:
            raise ColumnUnknown(column=column[:60])
        if what in found and what != NUMBER:
            raise ColumnTwice(column=column[:60])
        found.append(what)
    if NUMBER not in found:
        raise NumberColumnMissing
    return found


def read_row(line: Line, columns: Sequence[str], form: Form) -> Row:
    """The customer of a line. Empty cells say nothing: they take nothing away from a customer that is there."""
    faults: list[Fault] = []
    if line.formula:
        faults.append(Fault("", _("a cell holds a formula: paste its value")))
    if any(line.cells[len(columns) :]):
        faults.append(Fault("", _("it has more values than there are columns")))
    name, numbers, given = "", [], {}
    for what, cell in zip(columns, line.cells, strict=False):
        text = cell.removeprefix("'")  # what our own exports put before a sign that a spreadsheet would reckon with
        if what == NAME:
            name = text[:200]
        elif what == NUMBER:
            numbers += _numbers(text, faults)
        elif text:
            given[what] = _by_label(text, next(one for one in form if one.code == what))
    if not numbers and not faults:
        faults.append(Fault(NUMBER, _("must be filled in")))
    answers: Mapping[str, Any] = given
    try:
        answers = check(form, given, read_number, complete=False)
    except AnswersFaulty as error:
        faults += error.faults
    return Row(line.no, name, tuple(dict.fromkeys(numbers)), answers, tuple(faults))


def _numbers(text: str, faults: list[Fault]) -> list[str]:
    found = []
    for part in _PARTS.split(text):
        try:
            if part.strip(" '"):
                found.append(read_number(part.strip(" '")))
        except BadInput:
            faults.append(Fault(NUMBER, _("is no telephone number")))
    return found


def _by_label(text: str, one: Field) -> str:
    """Choices are written by their label or by their code."""
    if one.kind is not Kind.CHOICE:
        return text
    return next((option.code for option in one.options if text in (option.code, option.label, option.label_zh)), text)
