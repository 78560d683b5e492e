"""Renders `asterisk_etc/` into an Asterisk's own configuration folder.

Django's template engine is used without Django's settings. A name that has no value is an error before anything is
written; a file that stayed the same is not touched; a file in the folder that no template makes is removed.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from django.template import Context, Engine

from seatline.env import ROOT
from seatline.errors import Refused

TEMPLATES = ROOT / "asterisk_etc"
_UNSET = re.compile(r"<<UNSET (.*?)>>")
# `string_if_invalid` is not consulted by these two tags: an unset name would silently be an empty list.
_IN_TAGS = re.compile(r"{%\s*(?:if|for\s+\w+\s+in)\s+(\w+)")


# Text only: Django would write the number 12000 as "12,000" in some languages.
Values = Mapping[str, str | Sequence[str] | Sequence[Mapping[str, str]]]


class VariableUnset(Refused):
    """asterisk_etc/{file} uses {{{{ {name} }}}}, which has no value. Give it one in seatline/house/asterisk.py."""


def render(values: Values, templates: Path = TEMPLATES, comment: str = ";") -> dict[str, str]:
    """File name -> text, for every template; `comment` begins a line of words there."""
    # `string_if_invalid` marks what is unset. Both the engine and the context must not escape, or `x&<y` in a
    # secret becomes `x&amp;&lt;y`.
    engine = Engine(dirs=[str(templates)], autoescape=False, string_if_invalid="<<UNSET %s>>")
    files: dict[str, str] = {}
    for template in sorted(templates.glob("*.conf")):
        source = template.read_text()
        text = engine.from_string(source).render(Context(dict(values), autoescape=False))
        missing = [*_UNSET.findall(text), *(name for name in _IN_TAGS.findall(source) if name not in values)]
        if missing:
            raise VariableUnset(file=template.name, name=missing[0])
        whence = f"{templates.name}/{template.name}"
        head = f"{comment} Rendered from {whence} by ./run: a change made here is lost at the next start.\n"
        files[template.name] = head + text
    return files


def write(files: Mapping[str, str], folder: Path) -> list[str]:
    """Bring `folder` to exactly these files, readable by their owner alone; the names of those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    changed = []
    for stranger in {path.name for path in folder.glob("*.conf")} - set(files):
        (folder / stranger).unlink()
        changed.append(stranger)
    for name, text in files.items():
        path = folder / name
        if path.exists() and path.read_text() == text:
            continue
        fresh = path.with_suffix(".tmp")
        fresh.touch(mode=0o600)
        fresh.write_text(text)
        fresh.replace(path)
        changed.append(name)
    return sorted(changed)


def differences(files: Mapping[str, str], folder: Path, secrets: tuple[str, ...] = ()) -> str:
    """A unified diff from what lies in `folder` to `files`, with the secrets hidden; empty if nothing differs."""
    lines: list[str] = []
    there = {path.name: path.read_text() for path in folder.glob("*.conf")} if folder.exists() else {}
    for name in sorted({*there, *files}):
        lines += difflib.unified_diff(
            there.get(name, "").splitlines(keepends=True),
            files.get(name, "").splitlines(keepends=True),
            f"in use/{name}",
            f"asterisk_etc/{name}",
        )
    text = "".join(lines)
    for secret in secrets:
        text = text.replace(secret, "***")
    return text
