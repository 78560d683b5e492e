"""Works a run off: contract by contract, then document by document, each in its own transaction.

Rules of this file: called by jobs, outside any scope. What is noted beside a result is committed with it. A foreseen
refusal is noted in its own words; anything else is a fault of ours, goes to the log in full, and stops that one
contract only.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from billing.contracts.terms import NothingToBillYet
from billing.invoices.models import Document
from billing.invoices.services import NothingToBill, approve, issue, prepare, refresh_drafts
from billing.runs.models import BillingRun, RunDocument, RunItem
from seatline.errors import Refused, SeatlineError
from seatline.panel.said import sentence
from tenants.accounts.scope import finance_scope

log = structlog.get_logger(__name__)


class ChangedSinceApproval(Refused):
    """The document is not what was approved any more; it stays where it is, for the next run."""


class Unexpected(Refused):
    """A fault of the program stopped this contract; it is in the log as {where}."""


def prepare_run(run_id: UUID, at: datetime) -> None:
    """Prepare what waits in a run; harmless to repeat, to cut off, and to run twice at once."""
    while _next_item(run_id, at):
        pass
    with finance_scope():
        run = BillingRun.objects.select_for_update().get(pk=run_id)
        left = run.items.filter(status=RunItem.Status.WAITING).exists()
        if run.status == BillingRun.Status.PREPARING and not left:
            run.status = BillingRun.Status.PREPARED
            run.save(update_fields=["status"])


def issue_run(run_id: UUID, at: datetime) -> None:
    """Issue what is approved in a run; harmless to repeat, to cut off, and to run twice at once."""
    while _next_document(run_id, at):
        pass
    with finance_scope():
        run = BillingRun.objects.select_for_update().get(pk=run_id)
        left = RunDocument.objects.filter(item__run=run, status=RunDocument.Status.PREPARED).exists()
        if run.status == BillingRun.Status.ISSUING and not left:
            run.status = BillingRun.Status.DONE
            run.save(update_fields=["status"])


def _next_item(run_id: UUID, at: datetime) -> bool:
    """Prepare one contract; False when none is left for this worker."""
    with finance_scope():
        run = BillingRun.objects.select_related("started_by").get(pk=run_id)
        if run.status != BillingRun.Status.PREPARING:
            return False
        item = (
            RunItem.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(run=run, status=RunItem.Status.WAITING)
            .select_related("contract")
            .order_by("contract__number")
            .first()
        )
        if item is None:
            return False
        item.status, item.error_code, item.error, item.error_details = RunItem.Status.NOTHING, "", "", {}
        outcome = _carried_out(lambda: _prepare_contract(run, item, at), contract=item.contract.number)
        if isinstance(outcome, SeatlineError):
            item.status, item.error_code = RunItem.Status.FAILED, outcome.code
            item.error, item.error_details = _told(outcome)
        elif outcome:
            item.status = RunItem.Status.PREPARED
        item.worked_at = at
        item.save(update_fields=["status", "error_code", "error", "error_details", "worked_at"])
    return True


def _prepare_contract(run: BillingRun, item: RunItem, at: datetime) -> int:
    """Prepare the contract's periods that end by the run's day, oldest first; how many."""
    try:
        drafts = refresh_drafts(item.contract, at)
    except NothingToBillYet:
        return 0
    done = 0
    for draft in drafts:
        if draft.ends_on > run.closes_on:
            continue
        try:
            with transaction.atomic():
                document = prepare(draft, run.started_by, at)
        except NothingToBill:
            continue
        RunDocument.objects.update_or_create(
            tenant_id=item.tenant_id,
            item=item,
            document=document,
            defaults={
                "content_sha256": document.content_sha256,
                "status": RunDocument.Status.PREPARED,
                "error": "",
                "error_details": {},
            },
        )
        done += 1
    return done


def _next_document(run_id: UUID, at: datetime) -> bool:
    """Issue one document; False when none is left for this worker."""
    with finance_scope():
        run = BillingRun.objects.select_related("approved_by").get(pk=run_id)
        if run.status != BillingRun.Status.ISSUING:
            return False
        kept = (
            RunDocument.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(item__run=run, status=RunDocument.Status.PREPARED)
            .select_related("document")
            .order_by("document__starts_on", "document__contract_number")
            .first()
        )
        if kept is None:
            return False
        # Noted before the number is taken, so that the number stays the last thing of the transaction.
        kept.status = RunDocument.Status.ISSUED
        kept.save(update_fields=["status"])
        outcome = _carried_out(lambda: _issue_document(run, kept, at), document=str(kept.document_id))
        if isinstance(outcome, SeatlineError):
            kept.status = RunDocument.Status.FAILED
            kept.error, kept.error_details = _told(outcome)
            kept.save(update_fields=["status", "error", "error_details"])
    return True


def _issue_document(run: BillingRun, kept: RunDocument, at: datetime) -> int:
    document = Document.objects.select_for_update(of=("self",)).get(pk=kept.document_id)
    if document.status != Document.Status.PREPARED or document.content_sha256 != kept.content_sha256:
        raise ChangedSinceApproval
    assert run.approved_by is not None, "a run is issued after its approval"
    issue(approve(document, run.approved_by, at), at)
    return 1


def _carried_out(act: Callable[[], int], **where: str) -> int | SeatlineError:
    """The result of `act`, or why it failed; then nothing of it stays."""
    try:
        with transaction.atomic():
            return act()
    except SeatlineError as error:
        log.warning("run: refused", code=error.code, message=error.message, **where)
        return error
    except Exception as error:
        log.exception("run: failed", **where)
        return Unexpected(where=type(error).__name__)


def _told(error: SeatlineError) -> tuple[str, dict[str, str]]:
    """The error as it is kept: its sentence, and the details that fill it in whatever language it is read."""
    return sentence(type(error)), {name: str(value) for name, value in error.details.items()}


def unfinished_runs() -> list[tuple[UUID, str]]:
    """Runs that are being prepared or issued, with their status; for the job that takes up what was cut off."""
    with finance_scope():
        rows = BillingRun.objects.filter(status__in=[BillingRun.Status.PREPARING, BillingRun.Status.ISSUING])
        return list(rows.values_list("pk", "status"))
