"""Files of documents. What is issued is handed out as it was first made."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from billing.exports.models import Artefact
from billing.exports.services import all_files, file_for_reading, file_of
from billing.invoices.models import Document
from seatline import clock
from seatline.api.base import Kind, Resource, Right, found

#: As in pdf-zh-hans, usage-csv, facturx: kind, and language where there is one.
KINDS: Mapping[str, tuple[Artefact.Kind, str]] = {
    "-".join(part for part in (kind.value.replace("_", "-"), language) if part): (kind, language)
    for kind, language in all_files()
}
TYPES = (
    "application/pdf", "text/csv", "application/xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)  # fmt: skip


class InvoiceFiles(Resource):
    """Files of invoices and credit notes."""

    rights = {"download": Right.BILLING_READ}
    serializer_class = serializers.Serializer
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=list(KINDS))],
        responses={(200, kind): OpenApiTypes.BINARY for kind in TYPES},
    )
    def download(self, request: Request, pk: Any, kind: str) -> HttpResponse:
        """A file: PDF in English, Chinese or both; CSV and XLSX; e-invoice as UBL, CII or Factur-X.

        What is issued is the same bytes each time; what opens to many rows is there once the job has made it (503).
        """
        document = found(Document.objects.all(), pk)
        if kind not in KINDS:
            raise Http404
        made, language = KINDS[kind]
        if document.status == Document.Status.ISSUED and self.caller.kind is not Kind.FIN:
            file = file_for_reading(document, made, language)  # who may read, keeps nothing
        else:
            file = file_of(document, made, clock.now(), language)
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "X-Content-SHA256": file.sha256}
        return HttpResponse(file.content, content_type=file.content_type, headers=headers)
