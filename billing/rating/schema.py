"""JSON schemas made from the dataclasses that read JSON: of a case, and of each kind's parameters.

Rules of this file: it describes and decides nothing; what is refused is decided by `params.read`.
"""

from typing import Any

from billing.rating.case import Case
from billing.rating.kinds import KINDS
from billing.rating.meters import METERS
from billing.rating.params import Field, fields_of

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_UNSIGNED = r"^\d+(\.\d{1,6})?$"
_SIGNED = r"^-?\d+(\.\d{1,6})?$"


def case_schema() -> dict[str, Any]:
    """The schema of a file for `manage.py rate_case`: a case, or a list of cases."""
    case = object_schema(Case)
    price = case["properties"]["prices"]["items"]
    price["properties"]["kind"] = {**price["properties"]["kind"], "enum": list(KINDS)}
    price["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": name}}},
            "then": {"properties": {"params": object_schema(kind.params)}},
        }
        for name, kind in KINDS.items()
    ]
    meter = case["properties"]["usage"]["items"]["properties"]["meter"]
    meter["examples"] = list(METERS)
    return {
        "$schema": _DRAFT,
        "title": "Cases for manage.py rate_case",
        "$defs": {"case": case},
        "anyOf": [{"$ref": "#/$defs/case"}, {"type": "array", "items": {"$ref": "#/$defs/case"}}],
    }


def object_schema(cls: type) -> dict[str, Any]:
    """The schema of one dataclass."""
    fields = fields_of(cls)
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.required],
        "properties": {field.name: _property(field) for field in fields},
    }


def _property(field: Field) -> dict[str, Any]:
    schema = {**_type(field), "description": f"{field.help} · {field.help_zh}"}
    if field.optional:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def _type(field: Field) -> dict[str, Any]:
    match field.takes:
        case "amount":
            pattern = _SIGNED if field.signed else _UNSIGNED
            whole = {"type": "integer"} if field.signed else {"type": "integer", "minimum": 0}
            return {"anyOf": [{"type": "string", "pattern": pattern}, whole]}
        case "count":
            return {"type": "integer", "minimum": 0}
        case "flag":
            return {"type": "boolean"}
        case "choice":
            return {"enum": list(field.choices)}
        case "names":
            return {"type": "array", "items": {"type": "string"}}
        case "days":
            return {"type": "array", "items": {"type": "string", "format": "date"}}
        case "rows":
            assert field.row is not None
            return {"type": "array", "items": object_schema(field.row)}
        case "row":
            assert field.row is not None
            return object_schema(field.row)
        case "object":
            return {"type": "object"}
    formats = {"day": {"format": "date"}, "moment": {"format": "date-time"}}
    return {"type": "string", **formats.get(field.takes, {})}
