"""Rules of the house that no tool knows: settings, hashes, third parties, secrets."""

import re
import subprocess

import pytest

from seatline.env import SETTINGS
from tests.architecture.tree import PACKAGES, ROOT, short, sources

NAMES = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
TRACKED = [ROOT / name for name in NAMES.split("\0") if name and (ROOT / name).is_file()]


def settings_table():
    """The table of README's settings, made from the declarations."""
    lines = ["| name | meaning | default |", "|---|---|---|"]
    for one in SETTINGS:
        default = "secret, made at set-up" if one.secret else f"`{one.default.removeprefix(f'{ROOT}/')}`"
        lines.append(f"| `{one.name}` | {one.meaning} | {default} |")
    return "\n".join(lines)


def test_readme_has_every_setting():
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8"), settings_table()


def test_only_the_settings_reader_reads_the_environment():
    allowed = {"seatline/env.py", "seatline/asgi.py"}
    readers = {short(path) for path in sources() if re.search(r"os\.environ|os\.getenv|getenv\(", path.read_text())}
    assert {name for name in readers - allowed if not name.startswith("seatline/house/")} == set()


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_every_requirement_is_pinned_and_hashed(name):
    text = (ROOT / name).read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.M).strip())
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._\[\],-]+==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_every_direct_requirement_is_compiled():
    compiled = (ROOT / "requirements.txt").read_text().lower()
    for line in (ROOT / "requirements.in").read_text().splitlines():
        if line and line[0] != "#":
            name = re.split(r"[\[=<>~!]", line)[0].lower()
            assert re.search(rf"^{re.escape(name)}(\[[^]]*\])?==", compiled, re.M), name


def test_requirements_name_no_index_and_no_host():
    for path in (ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host", path.read_text()), path.name


# An address in a comment or a docstring is a source that is cited; one in a page is a request that a browser makes.
LOADS = re.compile(
    r"""(?:src|href|action|srcset|poster|data)\s*=\s*["'](?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import|"""
    r"""(?:fetch|import|WebSocket|EventSource)\(\s*["'`](?:https?|wss?):""", re.I
)  # fmt: skip


def test_pages_load_nothing_from_elsewhere():
    pages = [
        path for path in TRACKED
        if path.suffix in {".html", ".css", ".js", ".svg"} and path.parts[len(ROOT.parts)] in PACKAGES
    ]  # fmt: skip
    found = [
        f"{short(path)}:{no}" for path in pages
        for no, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if LOADS.search(re.sub(r"""(xmlns(:\w+)?)=["'][^"']*["']""", "", line))
    ]  # fmt: skip
    assert not found


def test_no_package_registry_is_named():
    hosts = re.compile(
        r"pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org|cdn\.jsdelivr|unpkg\.com|cdnjs\."
    )
    found = [
        short(path) for path in TRACKED
        if path.suffix not in {".jsonl", ".png", ".pdf", ".wav", ".mo"} and path.name != "test_house_rules.py"
        and hosts.search(path.read_text(encoding="utf-8", errors="replace"))
    ]  # fmt: skip
    assert not found


def test_no_secret_is_in_the_repository():
    shapes = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----|postgres(ql)?://[^\s:@{}]+:[^\s@{}*]{8,}@|SECRET_KEY\s*=\s*[\"']"
    )
    found = [
        short(path) for path in TRACKED
        if path.name != "test_house_rules.py" and shapes.search(path.read_text(encoding="utf-8", errors="replace"))
    ]  # fmt: skip
    assert not found


def test_what_is_made_on_a_machine_is_not_tracked():
    made = (".local/", "demo.json", "__pycache__", ".mo")
    assert not [short(path) for path in TRACKED if short(path).startswith(made) or path.suffix in (".pyc", ".mo")]


def test_files_that_documents_name_exist():
    """README's lines end in file names: a file that moves takes its line with it."""
    missing = []
    for document in ("README.md", "CONTRIBUTING.md", "tests/README.md", "docs/adr/README.md", "asterisk_etc/README.md"):
        path = ROOT / document
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"`([\w./-]+/[\w.-]+\.(?:py|md|txt|toml|conf|sql|in))`", text):
            if not (ROOT / name).exists() and not (path.parent / name).exists():
                missing.append(f"{document}: {name}")
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
            if not (path.parent / link).exists():
                missing.append(f"{document}: {link}")
    assert not missing
