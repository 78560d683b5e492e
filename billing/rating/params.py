"""Reads the parameters of a price kind from JSON into its dataclass.

Rules of this file: the dataclass is the schema. Amounts are text ("1.20") or whole numbers, never floats; an unknown or
missing name is refused with the sentence that mends it, a row of a table by its place (`bands[2].price`, counted from
1). Forms, the JSON schema and documentation are made from `fields_of`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from seatline.errors import BadInput

P = TypeVar("P")

Takes = Literal[
    "amount", "count", "flag", "choice", "text", "time", "day", "moment", "names", "days", "rows", "row", "object"
]


class ParamsUnreadable(BadInput):
    """The price's parameters cannot be read: {field} {cause}."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One parameter: its name, what it takes, and what it means in both languages."""

    name: str
    takes: Takes
    required: bool
    default: object
    choices: tuple[str, ...]
    help: str
    help_zh: str
    optional: bool
    #: The dataclass of a row, where it takes rows or one of them.
    row: type | None = None
    #: Whether an amount may be below zero.
    signed: bool = False


def meaning(help_en: str, help_zh: str, *, signed: bool = False) -> dict[str, Any]:
    """The metadata of a parameter: what it means, in both languages; `signed` amounts may be below zero."""
    return {"help": help_en, "help_zh": help_zh, "signed": signed}


def fields_of(cls: type) -> list[Field]:
    """The parameters of a kind's dataclass, in order."""
    hints = get_type_hints(cls)
    return [_field(f, hints[f.name]) for f in dataclasses.fields(cls)]


def _field(f: "dataclasses.Field[Any]", hint: Any) -> Field:
    optional = NoneType in get_args(hint)
    if optional:
        hint = next(t for t in get_args(hint) if t is not NoneType)
    missing = f.default is dataclasses.MISSING
    takes, row = _takes(hint)
    return Field(
        f.name,
        takes,
        missing,
        None if missing else f.default,
        get_args(hint) if takes == "choice" else (),
        f.metadata["help"],
        f.metadata["help_zh"],
        optional,
        row,
        bool(f.metadata.get("signed")),
    )


_PLAIN: dict[Any, Takes] = {
    Decimal: "amount", int: "count", bool: "flag", str: "text", time: "time", date: "day", datetime: "moment",
}  # fmt: skip


def _takes(hint: Any) -> tuple[Takes, type | None]:
    if get_origin(hint) is Literal:
        return "choice", None
    if get_origin(hint) is tuple:
        of = get_args(hint)[0]
        if dataclasses.is_dataclass(of):
            assert isinstance(of, type)
            return "rows", of
        return ("days" if of is date else "names"), None
    if get_origin(hint) is Mapping:
        return "object", None
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return "row", hint
    return _PLAIN[hint], None


def read(cls: type[P], values: object, within: str = "") -> P:
    """A `cls` from a JSON object. Raises `ParamsUnreadable` naming the parameter and what is wrong with it."""
    if not isinstance(values, Mapping):
        raise ParamsUnreadable(field=within or "they", cause="must be an object of names and values")
    prefix = f"{within}." if within else ""
    fields = {field.name: field for field in fields_of(cls)}
    unknown = sorted(str(name) for name in set(values) - set(fields))
    if unknown:
        raise ParamsUnreadable(field=prefix + unknown[0], cause=f"is not known; known are {', '.join(fields)}")
    taken: dict[str, object] = {}
    for name, field in fields.items():
        if name in values:
            taken[name] = _value(field, values[name], prefix + name)
        elif field.required:
            raise ParamsUnreadable(field=prefix + name, cause="is missing")
    try:
        return cls(**taken)
    except ParamsUnreadable as error:
        # What a dataclass says about its own fields gets the place of its row in front.
        raise ParamsUnreadable(field=f"{prefix}{error.details['field']}", cause=error.details["cause"]) from error


def write(params: Any) -> dict[str, Any]:
    """The JSON object that `read` takes back."""
    return {field.name: _written(getattr(params, field.name)) for field in fields_of(type(params))}


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):  # and instants
        return value.isoformat()
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return write(value) if dataclasses.is_dataclass(value) else value


#: What is taken as it stands: the test, and what is said when it fails.
_AS_IT_STANDS: dict[Takes, tuple[Callable[[object], bool], str]] = {
    "count": (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        "must be a whole number, 0 or more",
    ),
    "flag": (lambda value: isinstance(value, bool), "must be true or false"),
    "text": (lambda value: isinstance(value, str), "must be text"),
    "object": (lambda value: isinstance(value, Mapping), "must be an object of names and values"),
}

#: What is read from text on its own.
_READERS: dict[Takes, tuple[Callable[[str], object], str]] = {
    "time": (time.fromisoformat, 'must be a time of day such as "22:00"'),
    "day": (date.fromisoformat, 'must be a day such as "2026-10-01"'),
    "moment": (datetime.fromisoformat, 'must be a day and time such as "2026-10-01T18:00"'),
}


def _value(field: Field, value: object, name: str) -> object:
    if value is None and field.optional:
        return None
    if field.takes in _AS_IT_STANDS:
        right, cause = _AS_IT_STANDS[field.takes]
        if not right(value):
            raise ParamsUnreadable(field=name, cause=cause)
        return value
    match field.takes:
        case "amount":
            return _amount(name, value, signed=field.signed)
        case "time" | "day" | "moment":
            return _text_read(field.takes, name, value)
        case "choice":
            if value not in field.choices:
                raise ParamsUnreadable(field=name, cause=f"must be one of {', '.join(field.choices)}")
            return value
        case "days":
            return tuple(_text_read("day", f"{name}[{n}]", one) for n, one in enumerate(_list(name, value), start=1))
        case "row" | "rows":
            row = field.row
            assert row is not None
            if field.takes == "row":
                return read(row, value, name)
            return tuple(read(row, one, f"{name}[{n}]") for n, one in enumerate(_list(name, value), start=1))
    return _names(name, value, may_be_empty=field.default == ())


def _list(name: str, value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise ParamsUnreadable(field=name, cause="must be a list")
    return list(value)


def _names(name: str, value: object, *, may_be_empty: bool) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
        raise ParamsUnreadable(field=name, cause="must be a list of names")
    if not value and not may_be_empty:
        raise ParamsUnreadable(field=name, cause="must be a list of names, at least one")
    return tuple(value)


def _text_read(takes: Takes, name: str, value: object) -> object:
    reader, cause = _READERS[takes]
    try:
        if not isinstance(value, str):
            raise ValueError
        return reader(value)
    except ValueError as error:
        raise ParamsUnreadable(field=name, cause=cause) from error


def _amount(name: str, value: object, *, signed: bool = False) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ParamsUnreadable(field=name, cause='must be an amount as text, such as "1.20"')
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ParamsUnreadable(field=name, cause='must be an amount as text, such as "1.20"') from error
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or (amount < 0 and not signed):
        least = "" if signed else " of 0 or more"
        raise ParamsUnreadable(field=name, cause=f"must be an amount{least} with at most 6 decimals")
    return amount
