"""axe-core 4.14.1 (MPL-2.0, as its makers gave it out), put into pages to ask whether everybody can use them."""

import hashlib
from pathlib import Path

from playwright.sync_api import Page

_SCRIPT = Path(__file__).with_name("axe.min.js")
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
SEVERE = {"serious", "critical"}


def faults(page: Page) -> list[str]:
    """What is serious or critical on this page, each with the first element that shows it."""
    text = _SCRIPT.read_bytes()
    assert hashlib.sha256(text).hexdigest() == SHA256, "axe-core is not what was given out"
    page.evaluate(text.decode())
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SEVERE]
