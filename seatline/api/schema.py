"""The description of the API (OpenAPI 3.1), made from the same tables that answer: rights, filters, serializers.

`AutoSchema` reads a resource; the hook adds what every operation has: errors of one shape, and bodies that take nothing
unknown. Checked by `./run test lint`: `manage.py spectacular --validate --fail-on-warn`.
"""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as Plain
from drf_spectacular.utils import OpenApiParameter

from seatline.api.base import Found, Listed
from seatline.api.idempotency import HEADER, LONGEST
from seatline.api.problems import CONTENT_TYPE
from tenants.accounts.rights import Right

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An error (RFC 9457): what went wrong, in the language of Accept-Language, and the next step.",
    "required": ["type", "title", "status", "code", "detail", "next_step"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "For people."},
        "next_step": {"type": "string", "description": "What mends it."},
        "details": {"type": "object", "description": "The values that the sentence names."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "As in prices[0].kind; empty: the whole."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
#: What an operation may always answer, beside its own.
TROUBLE = {
    "400": "Not understood", "401": "Nobody known", "403": "No right", "404": "Not there, or another's",
    "409": "Not possible now", "412": "Changed meanwhile", "413": "Too large", "415": "Not in this form",
    "422": "Idempotency-Key of another request", "429": "Too often", "503": "Try again",
}  # fmt: skip


class AutoSchema(Plain):
    """Reads a `Resource`."""

    method_mapping = {**Plain.method_mapping, "patch": "update"}

    def get_tags(self) -> list[str]:
        """By the first part of the address."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_operation_id(self) -> str:
        """As in queues_list, flows_publish."""
        words = [part for part in self.path.removeprefix("/api/v1/").split("/") if part and "{" not in part]
        action = getattr(self.view, "action", self.method.lower())
        words = [re.sub(r"\W", "_", word) for word in words]
        return "_".join(words if words[-1] == str(action).replace("-", "_") else [*words, action])

    def get_description(self) -> str:  # type: ignore[override]
        """The action's docstring, and the right that opens it."""
        right = self._right()
        told = super().get_description() or ""
        return f"{told}\n\nNeeds the right `{right.value}`." if right else told

    def get_summary(self) -> str | None:
        """The first sentence of the action's docstring; of what many resources can, the resource's own."""
        action = getattr(self.view, str(getattr(self.view, "action", "")), None)
        text = (getattr(action, "__doc__", "") or "").strip()
        common = getattr(action, "__qualname__", "").split(".")[0] in {Listed.__name__, Found.__name__}
        if common or not text:
            own = (type(self.view).__doc__ or "").strip()
            return own.split(". ")[0].split("\n")[0].rstrip(".")
        return re.split(r"\.\s|\n", text)[0].rstrip(".")

    def get_extensions(self) -> dict[str, Any]:
        """The right, for programs."""
        right = self._right()
        return {"x-right": right.value} if right else {}

    def get_override_parameters(self) -> list[Any]:
        """Filters and queries by their serializers, and the headers that actions take."""
        view: Any = self.view
        found: list[Any] = []
        action = getattr(view, "action", "")
        filters = view.filters if action == "list" else view.queries.get(action)
        if filters:
            found.append(filters)
        if self.method == "POST":
            found.append(
                OpenApiParameter(
                    HEADER, {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[ -~]+$"},
                    OpenApiParameter.HEADER,
                    description="Sent again with the same key, the request is done once and answered alike for a day.",
                )
            )  # fmt: skip
        if action in view.versioned_actions:
            found.append(
                OpenApiParameter(
                    "If-Match", str, OpenApiParameter.HEADER,
                    description="The ETag that was read: the change is refused with 412 if there is another one now.",
                )
            )  # fmt: skip
        return found

    def _right(self) -> Right | None:
        right = getattr(self.view, "rights", {}).get(getattr(self.view, "action", ""))
        return right if isinstance(right, Right) else None


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """API keys."""

    target_class = "seatline.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A bearer token."""
        return {
            "type": "http", "scheme": "bearer", "bearerFormat": "sl_…",
            "description": "An API key of a tenant, of the operator, or of the operator's finance.",
        }  # fmt: skip


class PersonScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Sessions of people."""

    target_class = "seatline.api.authentication.PersonAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """The cookie."""
        return {
            "type": "apiKey", "in": "cookie", "name": "sessionid",
            "description": "The session of somebody who is logged in. What changes something needs the header "
            "X-CSRFToken too; who works for several tenants names one in the header Seatline-Tenant.",
        }  # fmt: skip


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """What every operation has."""
    schemas = result["components"].setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    for name, schema in schemas.items():
        if name.endswith("Body") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    told = {
        code: {
            "description": words,
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for code, words in TROUBLE.items()
    }
    _without_marks(result)
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"] = dict(sorted({**told, **operation["responses"]}.items()))
    return result


def _without_marks(part: Any) -> None:
    """Take off what the generator notes for itself about choices; ours stand where they are used."""
    if isinstance(part, dict):
        part.pop("x-spec-enum-id", None)
        for inner in part.values():
            _without_marks(inner)
    elif isinstance(part, list):
        for inner in part:
            _without_marks(inner)
