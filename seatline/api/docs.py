"""The description of the API: as the document for programs, and as a page for people that loads nothing at all."""

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from seatline.api.problems import CONTENT_TYPE, problem


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document, in English; made once a process, since code alone decides it."""
    with override("en"):  # one for all: whoever comes first must not decide the language of names
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    """openapi.json."""
    return HttpResponse(orjson.dumps(description()), content_type="application/json")


@require_safe
def page(request: HttpRequest) -> TemplateResponse:
    """The same to read."""
    found = description()
    schemas = found["components"]["schemas"]
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation["tags"][0], []).append(_told(method, path, operation, schemas))
    context = {"info": found["info"], "groups": groups, "security": found["components"]["securitySchemes"]}
    return TemplateResponse(request, "api/page.html", context)


def _told(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    bodies = operation.get("requestBody", {}).get("content", {})
    answers = [
        {"status": status, "schema": _fields(_schema(answer), schemas), "type": next(iter(answer["content"]), "")}
        for status, answer in operation["responses"].items()
        if status < "400" and answer.get("content")
    ]
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "right": operation.get("x-right", ""),
        "parameters": operation.get("parameters", []),
        "bodies": [{"type": kind, "schema": _fields(body.get("schema", {}), schemas)} for kind, body in bodies.items()],
        "answers": answers,
    }


def _schema(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(answer["content"].values())).get("schema", {})
    return found


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of an object, or of the objects that a list or page holds."""
    name = schema.get("$ref", "").rpartition("/")[2]
    inner = schemas.get(name, schema)
    if inner.get("type") == "array":
        return _fields(inner["items"], schemas)
    results = inner.get("properties", {}).get("results")
    if results:
        return _fields(results, schemas)
    required = inner.get("required", [])
    return [
        {
            "name": field,
            "type": _type(kind, schemas),
            "required": field in required,
            "description": kind.get("description", ""),
        }
        for field, kind in inner.get("properties", {}).items()
    ]


def _type(kind: dict[str, Any], schemas: dict[str, Any]) -> str:
    choices = [kind, *kind.get("allOf", []), *kind.get("oneOf", []), *kind.get("anyOf", [])]
    for one in choices:
        target = schemas.get(one.get("$ref", "").rpartition("/")[2], one)
        if target.get("enum"):
            return " | ".join(str(word) for word in target["enum"] if word is not None)
        if one.get("type") == "array":
            return f"[{_type(one['items'], schemas)}]"
        if target.get("type"):
            types = target["type"] if isinstance(target["type"], list) else [target["type"]]
            return " or ".join(str(word) for word in types) + (f" ({target['format']})" if "format" in target else "")
    return ""


@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """An address that the API does not have, told in the API's own form."""
    told = problem(404, "not_found", _("There is no such thing, or not for you."))
    return HttpResponse(orjson.dumps(told.data), status=404, content_type=CONTENT_TYPE)
