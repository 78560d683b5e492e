"""Jobs: the files of an issued document, made after the commit from its frozen rows; and exports over many."""

from uuid import UUID

from procrastinate.contrib.django import app

from billing.exports.batches import make, unfinished_exports
from billing.exports.services import make_files
from seatline.clock import now
from tenants.accounts.scope import finance_scope


@app.task(name="billing.make_files", retry=3)
def make_document_files(document_id: str) -> None:
    """Make and keep PDF and CSV of a document. Made again, nothing changes."""
    with finance_scope():
        make_files(UUID(document_id), now())


@app.task(name="billing.make_export")
def make_export(export_id: str) -> None:
    """Make the file of an export that somebody asked for."""
    make(UUID(export_id), now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="billing.take_up_exports", queueing_lock="billing.take_up_exports")
def take_up_exports(timestamp: int) -> None:
    """Go on with exports whose worker was killed; one that is being made is left alone."""
    for export_id in unfinished_exports():
        make(export_id, now())
