"""Exports that take a while: asked for on a page, made by a job, with progress, and given up at any time.

Rules of this file: the file is written beside its name and put there when it is whole, so nobody downloads half of it.
A job that is done twice makes the same file. Asking and cancelling run in the finance scope; `make` enters it itself,
once per document, so that its progress is seen.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from procrastinate.contrib.django import app

from billing.contracts.models import BillingEntity
from billing.contracts.services import must_be_finance
from billing.exports.archive import Entry, write_archive
from billing.exports.fapiao import request_batch
from billing.exports.journal import journal_csv
from billing.exports.lists import documents_csv, issued_documents, open_items_csv
from billing.exports.models import ExportJob
from billing.exports.services import all_files, file_of
from billing.invoices.models import Document
from billing.rating.periods import ONE_DAY
from seatline.errors import BadInput, Refused, SeatlineError
from seatline.panel.said import sentence
from tenants.accounts.models import User
from tenants.accounts.scope import finance_scope
from tenants.trust.services import log_operation

log = structlog.get_logger(__name__)

_MAKE = "billing.make_export"
_ENDINGS = {
    ExportJob.Kind.PERIOD: "zip",
    ExportJob.Kind.JOURNAL: "csv",
    ExportJob.Kind.DOCUMENTS: "csv",
    ExportJob.Kind.OPEN_ITEMS: "csv",
    ExportJob.Kind.FAPIAO: "xlsx",
}


class DaysReversed(BadInput):
    """The export must end after it begins."""


class NotReady(Refused):
    """The export is {status}; there is no file to download."""


class ExportFailed(Refused):
    """A fault of the program stopped the export; it is in the log as {where}."""


class _Cancelled(Exception):
    """The export was given up meanwhile."""


@transaction.atomic
def ask_for(
    kind: ExportJob.Kind, entity: BillingEntity, starts_on: date, ends_on: date, user: User, at: datetime
) -> ExportJob:
    """Ask for an export of what was issued from `starts_on` until before `ends_on`. Raises `DaysReversed`."""
    must_be_finance(user)
    if ends_on <= starts_on:
        raise DaysReversed
    job = ExportJob.objects.create(
        entity=entity, kind=kind, starts_on=starts_on, ends_on=ends_on, asked_by=user, asked_at=at
    )
    app.configure_task(_MAKE).defer(export_id=str(job.pk))
    return job


@transaction.atomic
def cancel(job: ExportJob, user: User) -> ExportJob:
    """Give an export up; what runs stops at its next document."""
    must_be_finance(user)
    ExportJob.objects.filter(pk=job.pk, status__in=[ExportJob.Status.WAITING, ExportJob.Status.RUNNING]).update(
        status=ExportJob.Status.CANCELLED
    )
    job.refresh_from_db()
    return job


def path_of(job: ExportJob) -> Path:
    """Where the file of an export lies. Raises `NotReady`."""
    path = _folder() / str(job.pk)
    if job.status != ExportJob.Status.DONE or not path.exists():
        raise NotReady(status=job.get_status_display())
    return path


def handed_out(job: ExportJob) -> Path:
    """Where the file lies, for someone who takes it away: that stands in the operator's operation log."""
    path = path_of(job)
    log_operation(None, "export.taken", str(job.pk), file=job.file_name, sha256=job.sha256)
    return path


def make(export_id: UUID, at: datetime) -> None:
    """Make the file of an export; called by its job, outside any scope.

    Whoever makes it holds a lock of its database session, which a killed worker loses: so two never write one file, and
    what was cut off can be taken up again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('export ' || %s, 0))", [str(export_id)])
        if cursor.fetchone() != (True,):
            return
    try:
        _make(export_id, at)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended('export ' || %s, 0))", [str(export_id)])


def unfinished_exports() -> list[UUID]:
    """Exports that wait or are being made; for the job that takes up what was cut off."""
    with finance_scope():
        rows = ExportJob.objects.filter(status__in=[ExportJob.Status.WAITING, ExportJob.Status.RUNNING])
        return list(rows.order_by("asked_at").values_list("pk", flat=True))


def _make(export_id: UUID, at: datetime) -> None:
    with finance_scope():
        job = ExportJob.objects.select_related("entity", "asked_by").get(pk=export_id)
        if job.status not in {ExportJob.Status.WAITING, ExportJob.Status.RUNNING}:
            return
        ExportJob.objects.filter(pk=job.pk).update(status=ExportJob.Status.RUNNING, done=0)
    half = _folder() / f"{job.pk}.part"
    try:
        _write(job, half, at)
    except _Cancelled:
        half.unlink(missing_ok=True)
        return
    except SeatlineError as error:
        _failed(job, error)
        return
    except Exception as error:
        log.exception("export failed", export=str(job.pk))
        _failed(job, ExportFailed(where=type(error).__name__))
        return
    digest = hashlib.sha256()
    with half.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    size = half.stat().st_size
    half.replace(_folder() / str(job.pk))
    with finance_scope():
        ExportJob.objects.filter(pk=job.pk, status=ExportJob.Status.RUNNING).update(
            status=ExportJob.Status.DONE,
            finished_at=at,
            file_name=_file_name(job),
            file_size=size,
            sha256=digest.hexdigest(),
        )


def _write(job: ExportJob, path: Path, at: datetime) -> None:
    last_day = job.ends_on - ONE_DAY
    if job.kind == ExportJob.Kind.PERIOD:
        write_archive(path, _period(job, at))
        return
    with finance_scope():
        match job.kind:
            case ExportJob.Kind.JOURNAL:
                content = journal_csv(job.entity, job.starts_on, job.ends_on)
            case ExportJob.Kind.DOCUMENTS:
                content = documents_csv(issued_documents(job.entity, job.starts_on, job.ends_on))
            case ExportJob.Kind.OPEN_ITEMS:
                content = open_items_csv(job.entity, last_day)
            case _:
                content = request_batch(job.entity, job.asked_by, at, job.pk).content
    path.write_bytes(content)


def _period(job: ExportJob, at: datetime) -> Iterator[Entry]:
    """Every file of every document, in a folder per tenant, then the lists over all of them."""
    with finance_scope():
        documents = issued_documents(job.entity, job.starts_on, job.ends_on)
        ExportJob.objects.filter(pk=job.pk).update(total=len(documents))
    for document in documents:
        yield from _of_document(job, document, at)
    with finance_scope():
        yield Entry("documents.csv", documents_csv(documents))
        yield Entry("journal.csv", journal_csv(job.entity, job.starts_on, job.ends_on))


def _of_document(job: ExportJob, document: Document, at: datetime) -> list[Entry]:
    sums = (document.number or "", f"{document.net}", f"{document.tax}", f"{document.gross}", document.currency)
    with finance_scope():
        running = ExportJob.objects.select_for_update().get(pk=job.pk)
        if running.status == ExportJob.Status.CANCELLED:
            raise _Cancelled
        files = [file_of(document, kind, at, language) for kind, language in all_files()]
        running.done += 1
        running.save(update_fields=["done"])
    return [Entry(f"{document.tenant.code}/{one.name}", one.content, sums) for one in files]


def _failed(job: ExportJob, error: SeatlineError) -> None:
    with finance_scope():
        ExportJob.objects.filter(pk=job.pk).update(
            status=ExportJob.Status.FAILED,
            error=sentence(type(error)),
            error_details={name: str(value) for name, value in error.details.items()},
        )


def _file_name(job: ExportJob) -> str:
    days = f"{job.starts_on:%Y%m%d}-{job.ends_on - ONE_DAY:%Y%m%d}"
    return f"{job.entity.code}_{job.kind}_{days}.{_ENDINGS[ExportJob.Kind(job.kind)]}"


def _folder() -> Path:
    folder: Path = settings.VAR / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
