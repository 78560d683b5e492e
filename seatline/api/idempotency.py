"""Requests that come twice are done once: the answer is kept in the transaction of the act and given again.

The row is claimed before the act. A second request of the same key waits at the unique index until the first has
committed or has been rolled back; so two at once are still one.
"""

import hashlib
from datetime import datetime

from rest_framework.request import Request
from rest_framework.response import Response

from seatline.errors import BadInput, Refused
from tenants.keys.callers import Caller
from tenants.keys.models import KeptAnswer

HEADER = "Idempotency-Key"
LONGEST = 255


class IdempotencyKeyUnfit(BadInput):
    """An Idempotency-Key has 1 to 255 visible characters of ASCII."""


class IdempotencyKeyReused(Refused):
    """This Idempotency-Key was used for another request; take a new one for each new request."""

    status = 422


class AnswerNotKept(Refused):
    """This was done already with this Idempotency-Key; its answer held a secret and was shown once."""


def asked_key(request: Request) -> str | None:
    """The key of a request; None without one. Raises IdempotencyKeyUnfit."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise IdempotencyKeyUnfit
    return key


def fingerprint(request: Request) -> str:
    """What tells one request from another; of an upload its length, since its content is not held in memory."""
    content = request.META.get("CONTENT_LENGTH", "").encode()
    if not str(request.content_type).startswith("multipart/"):
        content = request._request.body
    head = f"{request.method} {request._request.get_full_path()}\n".encode()
    return hashlib.sha256(head + content).hexdigest()


def claim(caller: Caller, key: str, request_sha256: str, at: datetime) -> Response | KeptAnswer:
    """The kept answer, or the claimed row, to be filled by `keep`. Raises IdempotencyKeyReused, AnswerNotKept."""
    fresh = KeptAnswer(
        tenant_id=caller.tenant_id, asked_by=caller.label, key=key, request_sha256=request_sha256, made_at=at
    )
    KeptAnswer.objects.bulk_create([fresh], ignore_conflicts=True)
    # In the scope there are the caller's tenant's rows alone; labels of the operator's own callers are theirs alone.
    kept = KeptAnswer.objects.get(asked_by=caller.label, key=key)
    if kept.pk == fresh.pk:
        return kept
    if kept.request_sha256 != request_sha256:
        raise IdempotencyKeyReused
    if kept.body is None and kept.status != 204:
        raise AnswerNotKept
    return Response(kept.body, status=kept.status, headers={"Idempotent-Replayed": "true"})


def keep(row: KeptAnswer, response: Response, *, secret: bool) -> None:
    """Keep the answer; of one with a secret only that it was given."""
    body = None if secret else response.data
    KeptAnswer.objects.filter(pk=row.pk).update(status=response.status_code, body=body)
