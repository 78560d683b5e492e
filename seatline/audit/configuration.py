"""What Asterisk's rendered files say of its doors.

Rules of this file: pure; it gets the files' texts by name. Asterisk's format: sections in brackets, `key = value` or
`key => value`, comments after a semicolon.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from seatline.audit.findings import Finding, found
from seatline.audit.strength import weak

LOOPBACK = re.compile(r"^(127\.|::1$|localhost$)")
EVERYWHERE = re.compile(r"^(0\.0\.0\.0(/0)?|::/0|0/0)$")
WILDCARD = re.compile(r"^_[\[XZN.!+*].*[.!]")  # whatever somebody dials, not a name of ours with digits behind
OLDEST = (22, 10, 1)
INBOUND = "from-trunk"


@dataclass(frozen=True, slots=True)
class Line:
    """One setting of a section."""

    section: str
    key: str
    value: str


def lines(text: str) -> Iterator[Line]:
    """The settings of a file, in order."""
    section = ""
    for raw in text.splitlines():
        line = re.split(r"(?<!\\);", raw, maxsplit=1)[0].strip()
        if line.startswith("["):
            section = line[1:].split("]")[0]
        elif "=" in line:
            key, _, value = line.partition("=")
            yield Line(section, key.strip().lower(), value.removeprefix(">").strip())


def examine_files(files: Mapping[str, str]) -> Iterator[Finding]:
    """Everything that the files show; a file that is not there shows nothing."""
    yield from _manager(files.get("manager.conf", ""))
    yield from _http(files.get("http.conf", ""))
    yield from _ari(files.get("ari.conf", ""))
    yield from _phones(files.get("pjsip.conf", ""))
    yield from _dialplan(files.get("extensions.conf", ""))
    for line in lines(files.get("asterisk.conf", "")):
        if line.key == "live_dangerously" and _yes(line.value):
            yield found("asterisk.dangerous", "asterisk.conf")
    for line in lines(files.get("cel.conf", "")):
        if line.key == "events" and {"ALL", "DTMF"} & {word.strip().upper() for word in line.value.split(",")}:
            yield found("cel.digits", "cel.conf")
    for line in lines(files.get("cdr.conf", "")):
        if line.section == "general" and line.key == "enable" and _yes(line.value):
            yield found("cdr.on", "cdr.conf")


def examine_version(version: str) -> Iterator[Finding]:
    """`version` as `core show version` begins, such as Asterisk 22.10.1."""
    digits = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if digits is None or tuple(int(part) for part in digits.groups()) < OLDEST:
        yield found("asterisk.old", version.strip()[:40] or "unknown")


def _yes(value: str) -> bool:
    return value.lower() in ("yes", "true", "1", "on")


def _manager(text: str) -> Iterator[Finding]:
    enabled = any(line.key == "enabled" and _yes(line.value) for line in lines(text) if line.section == "general")
    bound = [line.value for line in lines(text) if line.section == "general" and line.key == "bindaddr"]
    if enabled and not (bound and LOOPBACK.match(bound[-1])):
        yield found("ami.bind", f"manager.conf {bound[-1] if bound else 'without bindaddr'}")
    for line in lines(text):
        if line.section != "general" and line.key in ("read", "write") and "all" in line.value.split(","):
            yield found("ami.rights", f"manager.conf [{line.section}] {line.key}")
        if line.key == "secret" and weak(line.value, line.section):
            yield found("ami.secret", f"manager.conf [{line.section}]")


def _http(text: str) -> Iterator[Finding]:
    known = {line.key: line.value for line in lines(text)}
    if _yes(known.get("enabled", "no")) and not LOOPBACK.match(known.get("bindaddr", "0.0.0.0")):  # noqa: S104
        yield found("ari.bind", f"http.conf {known.get('bindaddr', 'without bindaddr')}")


def _ari(text: str) -> Iterator[Finding]:
    formats = {line.section: line.value for line in lines(text) if line.key == "password_format"}
    for line in lines(text):
        if line.key == "allowed_origins" and "*" in line.value:
            yield found("ari.origins", "ari.conf")
        if line.key == "password" and formats.get(line.section, "plain") != "crypt":
            yield found("ari.password", f"ari.conf [{line.section}]")


def _phones(text: str) -> Iterator[Finding]:
    for line in lines(text):
        if line.section == "anonymous" and line.key == "type" and line.value == "endpoint":
            yield found("sip.anonymous", "pjsip.conf [anonymous]")
        if line.key == "match" and any(EVERYWHERE.match(each.strip()) for each in line.value.split(",")):
            yield found("sip.everywhere", f"pjsip.conf [{line.section}]")


def _dialplan(text: str) -> Iterator[Finding]:
    filtered: set[tuple[str, str]] = set()
    pattern = ""
    for line in lines(text):
        words = line.value.split(",", 2)
        if line.key == "exten":
            pattern = words[0]
        step = words[-1] if line.key in ("exten", "same") else ""
        place = (line.section, pattern)
        if "FILTER(" in step:
            filtered.add(place)
        elif "${EXTEN" in step and WILDCARD.match(pattern) and place not in filtered:
            yield found("dialplan.unfiltered", f"extensions.conf [{line.section}] {pattern}")
        if line.section == INBOUND and (
            step.lower().startswith("dial(") or (line.key == "include" and line.value != "refusals")
        ):
            yield found("dialplan.outbound", f"extensions.conf [{line.section}] {line.key}")
