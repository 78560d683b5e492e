"""Files of documents. What is issued is handed out as it was first made."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from billing.exports.services import BOTH, CHINESE, ENGLISH, DocumentFile, csv_of, pdf_of, usage_csv_of
from billing.invoices.models import Document
from seatline import clock
from seatline.api.base import Resource, Right, found
from tenants.accounts.scope import finance_scope

Make = Callable[[Document, datetime], DocumentFile]
KINDS: Mapping[str, Make] = {
    "pdf-en": lambda document, at: pdf_of(document, ENGLISH, at),
    "pdf-zh-hans": lambda document, at: pdf_of(document, CHINESE, at),
    "pdf-both": lambda document, at: pdf_of(document, BOTH, at),
    "csv": csv_of,
    "usage-csv": usage_csv_of,
}


class InvoiceFiles(Resource):
    """Files of invoices and credit notes."""

    rights = {"download": Right.BILLING_READ}
    serializer_class = serializers.Serializer
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(KINDS))],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY},
    )
    def download(self, request: Request, pk: Any, kind: str) -> HttpResponse:
        """A file: PDF in English, Chinese or both, CSV of the lines, CSV of the usage behind them."""
        # Whose document it is has been asked in the caller's scope. A file that is asked for before the job has made it
        # is made and kept with finance's rights: a tenant's people write no files.
        document = found(Document.objects.all(), pk)
        make = KINDS.get(kind)
        if make is None:
            raise Http404
        with finance_scope():
            file = make(Document.objects.get(pk=document.pk), clock.now())
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "X-Content-SHA256": file.sha256}
        return HttpResponse(file.content, content_type=file.content_type, headers=headers)
