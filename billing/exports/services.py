"""The files of a document: made once when it is issued, handed out unchanged ever after. A draft's are made anew."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.exports.document_sheets import document_workbook
from billing.exports.einvoice.cii import cii
from billing.exports.einvoice.facturx import facturx
from billing.exports.einvoice.meaning import meaning_of
from billing.exports.einvoice.ubl import ubl
from billing.exports.models import Artefact
from billing.exports.pdf import document_pdf
from billing.exports.tables import document_csv, usage_csv
from billing.invoices.models import Document
from seatline.errors import BadInput, NotFound, Unavailable

ENGLISH, CHINESE, BOTH = "en", "zh-hans", "both"
LANGUAGES = (ENGLISH, CHINESE, BOTH)
_PDF, _CSV, _XML = "application/pdf", "text/csv; charset=utf-8", "application/xml"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class LanguageUnknown(BadInput):
    """Documents are made in en, zh-hans or both, not in {language}."""


class NotMadeYet(Unavailable):
    """This file is still being made; try again in a minute."""


class DocumentUnknown(NotFound):
    """There is no such document."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file to hand out."""

    name: str
    content_type: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class _Maker:
    """How a kind of file is made, and what it is called: what follows the document's number."""

    content_type: str
    ending: str
    make: Callable[[Document, str], bytes]


_Kind = Artefact.Kind
_MAKERS: dict[str, _Maker] = {
    _Kind.PDF: _Maker(_PDF, "_{language}.pdf", document_pdf),
    _Kind.CSV: _Maker(_CSV, ".csv", lambda document, _: document_csv(document)),
    _Kind.USAGE_CSV: _Maker(_CSV, "_usage.csv", lambda document, _: usage_csv(document)),
    _Kind.XLSX: _Maker(_XLSX, ".xlsx", lambda document, _: document_workbook(document)),
    _Kind.UBL: _Maker(_XML, "_ubl.xml", lambda document, _: ubl(meaning_of(document))),
    _Kind.CII: _Maker(_XML, "_cii.xml", lambda document, _: cii(meaning_of(document))),
    _Kind.FACTURX: _Maker(_PDF, "_factur-x.pdf", lambda document, _: facturx(document, document.buyer["language"])),
}


def file_of(document: Document, kind: Artefact.Kind, at: datetime, language: str = "") -> DocumentFile:
    """A file of a document; `language` ("en", "zh-hans", "both") for the PDF alone.

    Raises `LanguageUnknown`; `NotIssued` for the e-invoice of a draft.
    """
    if kind == _Kind.PDF and language not in LANGUAGES:
        raise LanguageUnknown(language=language)
    maker = _MAKERS[kind]
    base = document.number or f"DRAFT-{document.contract_number}-{document.starts_on:%Y-%m-%d}"
    name = base + maker.ending.format(language=language)
    if document.status != Document.Status.ISSUED:
        content = maker.make(document, language)
        return DocumentFile(name, maker.content_type, content, hashlib.sha256(content).hexdigest())
    kept = _kept(document, kind, language)
    if kept is None:
        _keep(document, kind, language, name, maker, at)
        kept = _kept(document, kind, language)
        assert kept is not None, "it was kept, or another's was"
    return DocumentFile(kept.file_name, kept.content_type, bytes(kept.content), kept.sha256)


def file_for_reading(document: Document, kind: Artefact.Kind, language: str = "") -> DocumentFile:
    """A file of an issued document for who may read and keep nothing: a tenant's people.

    What is printed or structured is made from the document's own rows, the same bytes that will be kept. What opens to
    prices and usage of many rows is handed out once the job has made it. Raises `NotMadeYet`.
    """
    kept = _kept(document, kind, language)
    if kept is not None:
        return DocumentFile(kept.file_name, kept.content_type, bytes(kept.content), kept.sha256)
    if kind in {_Kind.USAGE_CSV, _Kind.XLSX}:
        raise NotMadeYet
    maker = _MAKERS[kind]
    content = maker.make(document, language)
    name = (document.number or "") + maker.ending.format(language=language)
    return DocumentFile(name, maker.content_type, content, hashlib.sha256(content).hexdigest())


def pdf_of(document: Document, language: str, at: datetime) -> DocumentFile:
    """The PDF in "en", "zh-hans" or "both"; of a document that is not issued a draft marked as such."""
    return file_of(document, Artefact.Kind.PDF, at, language)


def csv_of(document: Document, at: datetime) -> DocumentFile:
    """The lines as CSV, both languages side by side."""
    return file_of(document, Artefact.Kind.CSV, at)


def usage_csv_of(document: Document, at: datetime) -> DocumentFile:
    """The calls and seat days behind the lines as CSV, with the calls that are not billed and why."""
    return file_of(document, Artefact.Kind.USAGE_CSV, at)


def make_files(document_id: UUID, at: datetime) -> None:
    """Make all files of an issued document that are not made yet."""
    document = Document.objects.filter(pk=document_id, status=Document.Status.ISSUED).first()
    if document is None:
        raise DocumentUnknown
    for kind, language in all_files():
        file_of(document, kind, at, language)


def all_files() -> list[tuple[Artefact.Kind, str]]:
    """What is made of every issued document: kind, and language where there is one."""
    return [
        *((Artefact.Kind.PDF, language) for language in LANGUAGES),
        *((kind, "") for kind in Artefact.Kind if kind != Artefact.Kind.PDF),
    ]


def _keep(document: Document, kind: Artefact.Kind, language: str, name: str, maker: _Maker, at: datetime) -> None:
    content = maker.make(document, language)
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
                    content_type=maker.content_type,
                    content=content,
                    sha256=hashlib.sha256(content).hexdigest(),
                    made_at=at,
                )
            ],
            ignore_conflicts=True,
        )


def _kept(document: Document, kind: Artefact.Kind, language: str) -> Artefact | None:
    return Artefact.objects.filter(document=document, kind=kind, language=language).first()
