"""The files of a document: made once when it is issued, handed out unchanged ever after. A draft's are made anew."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.exports.models import Artefact
from billing.exports.pdf import document_pdf
from billing.exports.tables import document_csv, usage_csv
from billing.invoices.models import Document
from seatline.errors import BadInput, NotFound

ENGLISH, CHINESE, BOTH = "en", "zh-hans", "both"
LANGUAGES = (ENGLISH, CHINESE, BOTH)
_CSV = "text/csv; charset=utf-8"


class LanguageUnknown(BadInput):
    """Documents are made in en, zh-hans or both, not in {language}."""


class DocumentUnknown(NotFound):
    """There is no such document."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file to hand out."""

    name: str
    content_type: str
    content: bytes
    sha256: str


def pdf_of(document: Document, language: str, at: datetime) -> DocumentFile:
    """The PDF in "en", "zh-hans" or "both"; of a document that is not issued a draft marked as such."""
    if language not in LANGUAGES:
        raise LanguageUnknown(language=language)
    return _file(document, Artefact.Kind.PDF, language, at, make=lambda: document_pdf(document, language))


def csv_of(document: Document, at: datetime) -> DocumentFile:
    """The lines as CSV, both languages side by side."""
    return _file(document, Artefact.Kind.CSV, "", at, make=lambda: document_csv(document))


def usage_csv_of(document: Document, at: datetime) -> DocumentFile:
    """The calls and seat days behind the lines as CSV, with the calls that are not billed and why."""
    return _file(document, Artefact.Kind.USAGE_CSV, "", at, make=lambda: usage_csv(document))


def make_files(document_id: UUID, at: datetime) -> None:
    """Make all files of an issued document that are not made yet."""
    document = Document.objects.filter(pk=document_id, status=Document.Status.ISSUED).first()
    if document is None:
        raise DocumentUnknown
    for language in LANGUAGES:
        pdf_of(document, language, at)
    csv_of(document, at)
    usage_csv_of(document, at)


def _file(
    document: Document, kind: Artefact.Kind, language: str, at: datetime, *, make: Callable[[], bytes]
) -> DocumentFile:
    name = _name(document, kind, language)
    content_type = "application/pdf" if kind == Artefact.Kind.PDF else _CSV
    if document.status != Document.Status.ISSUED:
        content = make()
        return DocumentFile(name, content_type, content, hashlib.sha256(content).hexdigest())
    kept = _kept(document, kind, language)
    if kept is None:
        content = make()
        # Whoever was first is right: of two who make the same file at once, the second takes the first's.
        with transaction.atomic():
            Artefact.objects.bulk_create(
                [
                    Artefact(
                        tenant_id=document.tenant_id,
                        document=document,
                        kind=kind,
                        language=language,
                        file_name=name,
                        content_type=content_type,
                        content=content,
                        sha256=hashlib.sha256(content).hexdigest(),
                        made_at=at,
                    )
                ],
                ignore_conflicts=True,
            )
        kept = _kept(document, kind, language)
        assert kept is not None
    return DocumentFile(kept.file_name, kept.content_type, bytes(kept.content), kept.sha256)


def _kept(document: Document, kind: Artefact.Kind, language: str) -> Artefact | None:
    return Artefact.objects.filter(document=document, kind=kind, language=language).first()


def _name(document: Document, kind: Artefact.Kind, language: str) -> str:
    base = document.number or f"DRAFT-{document.contract_number}-{document.starts_on:%Y-%m-%d}"
    if kind == Artefact.Kind.PDF:
        return f"{base}_{language}.pdf"
    return f"{base}_usage.csv" if kind == Artefact.Kind.USAGE_CSV else f"{base}.csv"
