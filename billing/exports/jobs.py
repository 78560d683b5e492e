"""Jobs: the files of an issued document, made after the commit from its frozen rows."""

from uuid import UUID

from procrastinate.contrib.django import app

from billing.exports.services import make_files
from seatline.clock import now
from tenants.accounts.scope import finance_scope


@app.task(name="billing.make_files", retry=3)
def make_document_files(document_id: str) -> None:
    """Make and keep PDF and CSV of a document. Made again, nothing changes."""
    with finance_scope():
        make_files(UUID(document_id), now())
