"""What the desk gives to browsers: what others have made is unchanged and licensed, and all of it is small."""

import gzip
import hashlib
from pathlib import Path

import telephony

DESK = Path(telephony.__file__).parent / "static" / "desk"
VENDOR = DESK / "vendor"
LARGEST = 200_000  # bytes, compressed


def test_what_others_have_made_is_what_was_taken_in():
    manifest = dict(reversed(line.split(maxsplit=1)) for line in (VENDOR / "MANIFEST.sha256").read_text().splitlines())
    scripts = {path.name for path in VENDOR.glob("*.js")}
    assert set(manifest) == scripts
    for name, wanted in manifest.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == wanted, name


def test_licences_of_all_that_is_bundled_are_there():
    text = (VENDOR / "LICENSES.txt").read_text()
    for package in ("jssip", "debug", "events", "ms", "sdp-transform"):
        assert f"==== {package} " in text
    assert text.count("Permission is hereby granted") == 5


def test_scripts_of_the_page_are_small():
    scripts = [*DESK.rglob("*.js")]
    assert len(scripts) > 4
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) < LARGEST
