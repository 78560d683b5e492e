"""Destruction of sound: in the night what is older than agreed, by a person what has to go at once.

Rules of this file: a file is put aside, its hash written down, and only when that is safe is it destroyed. A process
that is killed at any point loses neither a file that was to stay nor the proof of one that went. In the operator's
scope, or for a single deletion in that of whoever deletes.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from seatline.errors import BadInput, Refused
from telephony.recordings.models import Recording
from telephony.recordings.opening import folder
from telephony.recordings.waveform import forget_peaks
from telephony.retention.models import Destroyed, Kind, LegalHold, RetentionRule
from telephony.retention.rules import hash_of_all, older_than
from telephony.voicemail.models import Voicemail
from tenants.accounts.scope import operator_scope
from tenants.trust.services import log_operation

log = structlog.get_logger(__name__)
BATCH = 200
ASIDE = ".going"
Sound = Recording | Voicemail


class OnHold(Refused):
    """This sound is on legal hold: {reason}. It stays until the hold is lifted."""


class NameDiffers(BadInput):
    """Type {name} to delete this; nothing was deleted."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a rule finds: so much would go, so much is old enough but held."""

    rule: RetentionRule
    count: int
    size: int
    held: int


@dataclass(frozen=True, slots=True)
class Gone:
    """A batch that was destroyed."""

    rule: RetentionRule
    count: int
    size: int
    sha256: str


def due(at: datetime) -> list[Due]:
    """What the next night would destroy, by rule; nothing is changed."""
    found = []
    for rule in RetentionRule.objects.select_related("tenant"):
        old = _old(rule, at)
        sizes = list(_free(old).values_list("size", flat=True))
        found.append(Due(rule, len(sizes), sum(sizes), old.count() - len(sizes)))
    return found


def destroy_due(at: datetime, batch: int = BATCH) -> Iterator[Gone]:
    """Destroy what is over age, in transactions of `batch` sounds; each is told when it is done. In its own scopes."""
    with operator_scope():
        rules = list(RetentionRule.objects.select_related("tenant"))
    for rule in rules:
        while True:
            with operator_scope():
                rows: list[Any] = list(_free(_old(rule, at)).order_by(_when(rule.kind), "id")[:batch])
                if not rows:
                    break
                gone = [_put_down(row, Kind(rule.kind), Destroyed.Why.AGE, at) for row in rows]
                size, proof = sum(one.size for one in gone), hash_of_all(one.sha256 for one in gone)
                log_operation(
                    rule.tenant_id, "sound.destroyed", rule.kind, count=len(gone), bytes=size, sha256=proof,
                    days=rule.days,
                )  # fmt: skip
            for row in rows:
                _destroy(row.path)
            yield Gone(rule, len(rows), size, proof)


def delete(row: Sound, typed: str, at: datetime) -> Destroyed:
    """A person deletes one sound, having typed its name. Raises NameDiffers, OnHold."""
    if typed.strip() != name_of(row):
        raise NameDiffers(name=name_of(row))
    hold = holds_on(row.tenant_id, row.call_id).first()
    if hold is not None:
        raise OnHold(reason=hold.reason)
    kind = Kind.RECORDING if isinstance(row, Recording) else Kind.VOICEMAIL
    gone = _put_down(row, kind, Destroyed.Why.ASKED, at)
    log_operation(row.tenant_id, f"{kind.value}.deleted", str(row.pk), sha256=gone.sha256, bytes=gone.size)
    path = row.path
    transaction.on_commit(lambda: _destroy(path))
    return gone


def name_of(row: Sound) -> str:
    """What a person types: the first eight letters of the call's id, as its page shows them."""
    return str(row.call_id)[:8]


def holds_on(tenant_id: UUID | None, call_id: UUID) -> QuerySet[LegalHold]:
    """The holds in force that keep a call's sound."""
    in_force = LegalHold.objects.filter(lifted_at=None)
    in_force = in_force.filter(tenant_id=tenant_id) if tenant_id else in_force.none()
    return in_force.filter(Q(call=None) | Q(call_id=call_id))


def destroyed(ids: list[UUID]) -> dict[UUID, Destroyed]:
    """Those of these sounds that are gone."""
    return Destroyed.objects.in_bulk(ids)


def _old(rule: RetentionRule, at: datetime) -> QuerySet[Recording] | QuerySet[Voicemail]:
    before = {f"{_when(rule.kind)}__lt": older_than(rule.days, at)}
    rows: QuerySet[Recording] | QuerySet[Voicemail]
    rows = Recording.objects.all() if rule.kind == Kind.RECORDING else Voicemail.objects.all()
    return rows.filter(tenant_id=rule.tenant_id, **before).exclude(Exists(Destroyed.objects.filter(id=OuterRef("id"))))


def _free(rows: QuerySet[Recording] | QuerySet[Voicemail]) -> QuerySet[Recording] | QuerySet[Voicemail]:
    held = LegalHold.objects.filter(tenant_id=OuterRef("tenant_id"), lifted_at=None)
    return rows.exclude(Exists(held.filter(Q(call=None) | Q(call_id=OuterRef("call_id")))))


def _when(kind: str) -> str:
    return "stored_at" if kind == Kind.RECORDING else "left_at"


def _put_down(row: Sound, kind: Kind, why: Destroyed.Why, at: datetime) -> Destroyed:
    """Put the file aside, and write down what it was."""
    file = folder() / row.path
    aside = _aside(file)
    if file.is_file():
        file.replace(aside)
    return Destroyed.objects.create(
        id=row.pk, tenant_id=row.tenant_id, kind=kind, call_id=row.call_id, size=row.size, sha256=_hash(aside), why=why,
        destroyed_at=at,
    )  # fmt: skip


def _destroy(path: str) -> None:
    _aside(folder() / path).unlink(missing_ok=True)
    forget_peaks(path)


def _aside(file: Path) -> Path:
    return file.with_suffix(file.suffix + ASIDE)


def _hash(file: Path) -> str:
    """Empty if there is no file: it was lost before."""
    try:
        with file.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except FileNotFoundError:
        log.warning("no file to destroy", path=str(file))
        return ""
