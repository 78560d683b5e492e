"""Errors as answers: one shape for all of them, `application/problem+json` (RFC 9457), in the asked language.

An error's docstring is its sentence (`seatline.errors`); beside it stand its stable `code`, its details as plain
values, and the next step. What we did not foresee is logged and told without any of its words.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import structlog
from django.apps import apps
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from psycopg.errors import InsufficientPrivilege
from rest_framework import exceptions as rest
from rest_framework.response import Response

from seatline.errors import BadInput, NotAllowed, Refused, SeatlineError, Unavailable
from seatline.panel.said import said
from tenants.constraints import broken_constraint

CONTENT_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


class QueryUnknown(BadInput):
    """There is no query parameter {name} here; there are: {known}."""


class ChangedMeanwhile(Refused):
    """Somebody has changed this since you read it: read it again, and send your change with the new ETag."""

    status = 412


class TooLarge(BadInput):
    """The request is too large."""

    status = 413


class OutOfRange(BadInput):
    """A value is too large or too long to be kept."""


class ClashesWithAnother(Refused):
    """This clashes with something that is there already."""


class NotGranted(NotAllowed):
    """Your role does not have this right."""


def answer(error: Exception) -> Response | None:
    """The answer that tells of an error; None for one that nobody foresaw."""
    match error:
        case SeatlineError():
            return problem(error.status, error.code, said(error), details=error.details)
        case rest.ValidationError():
            return problem(400, "invalid", _("The request does not fit its description."), errors=_flat(error.detail))
        case ValidationError():
            return problem(400, "invalid", " ".join(error.messages))
        case Http404() | rest.NotFound():
            return problem(404, "not_found", _("There is no such thing, or not for you."))
        case rest.NotAuthenticated() | rest.AuthenticationFailed():
            return problem(401, "not_authenticated", _("Say who you are: send an API key, or log in."))
        case PermissionDenied() | rest.PermissionDenied():
            return problem(403, "not_allowed", _told(error) or _("You do not have the right to do this."))
        case rest.Throttled():
            told = problem(429, "too_many_requests", _("Too many requests: wait, then go on more slowly."))
            told["Retry-After"] = str(max(1, round(getattr(error, "wait", None) or 1)))
            return told
        case RequestDataTooBig():
            return answer(TooLarge())
        case SuspiciousOperation() | MultiPartParserError():
            return problem(400, "unreadable", _("The request cannot be read."))
        case rest.APIException():
            return problem(error.status_code, str(error.default_code), str(error.detail))
        case _:
            return _of_database(error)


def _told(error: Exception) -> str:
    return str(error.detail) if isinstance(error, rest.PermissionDenied) else ""


def _of_database(error: Exception) -> Response | None:
    """What PostgreSQL refuses although no service has; it guards the last line."""
    match error:
        case IntegrityError():
            sentence = _sentence_of(broken_constraint(error))
            refusal = answer(ClashesWithAnother())
            if refusal is not None and sentence:
                refusal.data["detail"] = sentence
            return refusal
        case DataError():
            return answer(OutOfRange())
        case ProgrammingError() if isinstance(error.__cause__, InsufficientPrivilege):
            return answer(NotGranted())
        case OperationalError():
            log.warning("the database was busy or away", cause=str(error))
            return answer(Unavailable())
        case _:
            return None


def unforeseen(error: Exception) -> Response:
    """The answer to what we did not foresee. The cause goes to the log, not to whoever asks."""
    log.exception("the API failed", exc_info=error)
    return problem(500, "internal_error", _("Something went wrong here. It is noted; try again later."))


def problem(
    status: int, code: str, detail: str, *, details: Mapping[str, object] | None = None, errors: Any = None
) -> Response:
    """The answer itself. `details` are the values that the sentence names; `errors` say which field is wrong."""
    body: dict[str, Any] = {
        "type": f"urn:seatline:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
        "next_step": _next_step(status),
    }
    if details:
        body["details"] = {name: _plain(value) for name, value in details.items()}
    if errors:
        body["errors"] = errors
    told = Response(body, status=status, content_type=CONTENT_TYPE)
    if status == 401:
        told["WWW-Authenticate"] = 'Bearer realm="seatline"'
    return told


def _next_step(status: int) -> str:
    match status:
        case 400 | 413 | 415 | 422:
            return _("Mend what is named here, and send the request again.")
        case 401:
            return _("Send the header Authorization: Bearer, with an API key that is in force.")
        case 403:
            return _("Use a key or an account that has the right, or ask whoever gives rights.")
        case 404:
            return _("Look it up in its list; what belongs to others is not shown.")
        case 405 | 406:
            return _("See the description of the API for what this address can do.")
        case 409:
            return _("Read the present state; change it, or the request, and send it again.")
        case 412:
            return _("Read it again, and send your change with the new ETag.")
        case 429 | 503:
            return _("Wait as long as Retry-After says, or some seconds, and try again.")
        case _:
            return _("Try again; if it stays so, tell the operator when it was.")


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | None) else str(value)


def _flat(detail: Any, field: str = "") -> list[dict[str, str]]:
    """DRF's nested errors as a list of {field, code, message}."""
    if isinstance(detail, Mapping):
        found: list[dict[str, str]] = []
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            found += _flat(inner, ".".join(part for part in (field, own) if part))
        return found
    if isinstance(detail, list | tuple):
        nested = any(isinstance(one, Mapping) for one in detail)
        return [told for no, one in enumerate(detail) for told in _flat(one, f"{field}[{no}]" if nested else field)]
    return [{"field": field, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}]


def _sentence_of(constraint: str) -> str:
    """What the model says of a constraint that PostgreSQL named."""
    for model in apps.get_models():
        for one in model._meta.constraints:
            if one.name == constraint and one.violation_error_message != one.default_violation_error_message:
                return str(one.violation_error_message)
    return ""
