"""A ZIP with a manifest: what is in it, with sums and hashes, so that an auditor can check it without us.

Rules of this file: the same files give the same bytes; entries carry no time of their own.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "MANIFEST.csv"
MANIFEST_COLUMNS = ("file", "bytes", "sha256", "document_number", "net", "tax", "gross", "currency")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive; `sums` are number, net, tax, gross and currency of the document, or empty."""

    name: str
    content: bytes
    sums: tuple[str, ...] = ()


def write_archive(path: Path, entries: Iterable[Entry]) -> None:
    """Write the archive to `path`, file by file; the manifest comes last, when all is known."""
    manifest = io.StringIO()
    rows = csv.writer(manifest, lineterminator="\r\n")
    rows.writerow(MANIFEST_COLUMNS)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            archive.writestr(_info(entry.name), entry.content)
            digest = hashlib.sha256(entry.content).hexdigest()
            rows.writerow([entry.name, len(entry.content), digest, *entry.sums])
        archive.writestr(_info(MANIFEST), manifest.getvalue().encode("utf-8-sig"))


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
