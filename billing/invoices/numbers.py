"""Document numbers: 1, 2, 3 … per seller, type and year, without a gap.

Rules of this file: the number is taken by one statement that also marks the document as issued, and the service does
nothing after it. The counter's row is therefore locked for no longer than the commit takes, and a rollback gives the
number back.
"""

from datetime import date, datetime

from django.db import connection

from billing.invoices.models import Document, NumberSeries
from seatline.errors import Refused

_LETTERS = {Document.Type.INVOICE: "INV", Document.Type.CREDIT_NOTE: "CN"}
_DIGITS = 5

# The update of the series comes back through RETURNING, so both rows change in one statement or neither does.
_TAKE_AND_ISSUE = """
WITH counter AS (
    UPDATE billing_numberseries SET last_number = last_number + 1 WHERE id = %(series)s RETURNING id, last_number
)
UPDATE billing_document SET
    status = 'issued', series_id = counter.id, serial = counter.last_number,
    number = %(prefix)s
        || lpad(counter.last_number::text, greatest(%(digits)s, length(counter.last_number::text)), '0'),
    issued_at = %(issued_at)s, issued_on = %(issued_on)s, due_on = %(due_on)s
FROM counter
WHERE billing_document.id = %(document)s AND billing_document.status = 'approved'
"""


class NotApprovedYet(Refused):
    """The document must be approved by a second person before it gets a number."""


def take_number(document: Document, issued_at: datetime, issued_on: date, due_on: date) -> None:
    """Number and issue an approved document. Must be the last statement of its service."""
    doc_type = Document.Type(document.doc_type)
    series, _ = NumberSeries.objects.get_or_create(entity_id=document.entity_id, doc_type=doc_type, year=issued_on.year)
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_AND_ISSUE,
            {
                "series": series.pk,
                "prefix": f"{document.entity.code.upper()}-{_LETTERS[doc_type]}-{issued_on.year}-",
                "digits": _DIGITS,
                "issued_at": issued_at,
                "issued_on": issued_on,
                "due_on": due_on,
                "document": document.pk,
            },
        )
        if cursor.rowcount != 1:
            # The series has moved all the same: only this error, and the rollback with it, puts it back.
            raise NotApprovedYet
