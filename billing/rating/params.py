"""Reads the parameters of a price kind from JSON into its dataclass.

Rules of this file: the dataclass is the schema. Amounts are text ("1.20") or whole numbers, never floats; an unknown or
missing name is refused with the sentence that mends it. Forms and documentation are made from `fields_of`.
"""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from seatline.errors import BadInput

P = TypeVar("P")


class ParamsUnreadable(BadInput):
    """The price's parameters cannot be read: {field} {cause}."""


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One parameter: its name, what it takes, and what it means in both languages."""

    name: str
    takes: Literal["amount", "count", "flag", "choice", "names"]
    required: bool
    default: object
    choices: tuple[str, ...]
    help: str
    help_zh: str
    optional: bool


def meaning(help_en: str, help_zh: str) -> dict[str, str]:
    """The metadata of a parameter: what it means, in both languages."""
    return {"help": help_en, "help_zh": help_zh}


def fields_of(cls: type) -> list[Field]:
    """The parameters of a kind's dataclass, in order."""
    hints = get_type_hints(cls)
    return [_field(f, hints[f.name]) for f in dataclasses.fields(cls)]


def _field(f: "dataclasses.Field[Any]", hint: Any) -> Field:
    optional = NoneType in get_args(hint)
    if optional:
        hint = next(t for t in get_args(hint) if t is not NoneType)
    choices: tuple[str, ...] = get_args(hint) if get_origin(hint) is Literal else ()
    takes: Any = (
        "choice"
        if choices
        else "names"
        if get_origin(hint) is tuple
        else {Decimal: "amount", int: "count", bool: "flag"}[hint]
    )
    missing = f.default is dataclasses.MISSING
    return Field(
        f.name,
        takes,
        missing,
        None if missing else f.default,
        choices,
        f.metadata["help"],
        f.metadata["help_zh"],
        optional,
    )


def read(cls: type[P], values: object) -> P:
    """A `cls` from a JSON object. Raises `ParamsUnreadable` naming the parameter and what is wrong with it."""
    if not isinstance(values, Mapping):
        raise ParamsUnreadable(field="they", cause="must be an object of names and values")
    fields = {field.name: field for field in fields_of(cls)}
    unknown = sorted(set(values) - set(fields))
    if unknown:
        raise ParamsUnreadable(field=unknown[0], cause=f"is not known; known are {', '.join(fields)}")
    taken: dict[str, object] = {}
    for name, field in fields.items():
        if name in values:
            taken[name] = _value(field, values[name])
        elif field.required:
            raise ParamsUnreadable(field=name, cause="is missing")
    return cls(**taken)


def write(params: Any) -> dict[str, Any]:
    """The JSON object that `read` takes back."""
    written: dict[str, Any] = {}
    for field in fields_of(type(params)):
        value = getattr(params, field.name)
        if isinstance(value, Decimal):
            value = f"{value:f}"
        written[field.name] = list(value) if isinstance(value, tuple) else value
    return written


def _value(field: Field, value: object) -> object:
    if value is None and field.optional:
        return None
    if field.takes == "amount":
        return _amount(field.name, value)
    if field.takes == "count":
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ParamsUnreadable(field=field.name, cause="must be a whole number, 0 or more")
        return value
    if field.takes == "flag":
        if not isinstance(value, bool):
            raise ParamsUnreadable(field=field.name, cause="must be true or false")
        return value
    if field.takes == "choice":
        if value not in field.choices:
            raise ParamsUnreadable(field=field.name, cause=f"must be one of {', '.join(field.choices)}")
        return value
    if not isinstance(value, list | tuple) or not value or not all(isinstance(name, str) and name for name in value):
        raise ParamsUnreadable(field=field.name, cause="must be a list of names")
    return tuple(value)


def _amount(name: str, value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ParamsUnreadable(field=name, cause='must be an amount as text, such as "1.20"')
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ParamsUnreadable(field=name, cause='must be an amount as text, such as "1.20"') from error
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or amount < 0 or exponent < -6:
        raise ParamsUnreadable(field=name, cause="must be an amount of 0 or more with at most 6 decimals")
    return amount
