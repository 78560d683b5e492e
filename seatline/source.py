"""The program's own source as it runs, offered to whoever uses it over the network (AGPL-3.0, section 13)."""

import gzip
import io
import tarfile
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from seatline.env import ROOT

# What the program is made of. An operator's own things lie under .local/ and are not part of it.
PARTS = (
    "seatline", "tenants", "agents", "telephony", "billing", "asterisk_etc", "docs", "locale", "locale_others", "tests",
    ".ci", "manage.py", "run", "pyproject.toml", "requirements.in", "requirements.txt", "README.md", "CONTRIBUTING.md",
    "CHANGELOG.md", "LICENSE",
)  # fmt: skip


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Leave out what the program makes of itself; tell nothing of the machine's users."""
    if "__pycache__" in entry.name or entry.name.endswith((".pyc", ".mo")):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


@cache
def archive() -> bytes:
    """The source as a compressed tar file, made once in a process."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for part in PARTS:
            if (ROOT / part).exists():
                tar.add(ROOT / part, arcname=f"seatline/{part}", filter=_kept)
    return gzip.compress(packed.getvalue(), mtime=0)


@require_GET
def source(request: HttpRequest) -> HttpResponse:
    """Download the source; no login is asked for."""
    answer = HttpResponse(archive(), content_type="application/gzip")
    answer["Content-Disposition"] = 'attachment; filename="seatline-source.tar.gz"'
    return answer
