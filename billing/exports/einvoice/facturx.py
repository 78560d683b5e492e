"""Factur-X: the printed document as PDF/A-3 with its CII within, for people and programs at once.

Rules of this file: WeasyPrint lays out, embeds and writes the PDF/A metadata; what Factur-X wants to be said in XMP
(version 1.0, appendix) is the template below. The same document gives the same bytes.
"""

import io
from datetime import UTC

from billing.exports.einvoice.cii import cii
from billing.exports.einvoice.meaning import NotIssued, meaning_of
from billing.exports.pdf import print_pdf
from billing.invoices.models import Document

FILE_NAME = "factur-x.xml"
_XMP = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType>
<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
<fx:Version>1.0</fx:Version>
<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
%s</rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>"""
_PROPERTY = b"""<rdf:li rdf:parseType="Resource"><pdfaProperty:name>%s</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>%s</pdfaProperty:description></rdf:li>
"""
_PROPERTIES = (
    (b"DocumentFileName", b"name of the embedded XML invoice file"),
    (b"DocumentType", b"INVOICE"),
    (b"Version", b"version of the Factur-X XML schema"),
    (b"ConformanceLevel", b"profile of the embedded XML"),
)


def facturx(document: Document, language: str) -> bytes:
    """The hybrid PDF of an issued document in "en", "zh-hans" or "both". Raises `NotIssued`."""
    from weasyprint import Attachment  # noqa: PLC0415 - half a second, for who prints alone

    xml = cii(meaning_of(document))
    if document.issued_at is None:
        raise NotIssued
    made_at = document.issued_at.astimezone(UTC)
    attachment = Attachment(
        string=xml,
        name=FILE_NAME,
        description="Factur-X invoice",
        relationship="Alternative",
        created=made_at,
        modified=made_at,
    )
    xmp = _XMP % b"".join(_PROPERTY % one for one in _PROPERTIES)
    return print_pdf(
        document, language, pdf_variant="pdf/a-3b", attachments=[attachment], xmp_metadata=[io.BytesIO(xmp)]
    )
