"""Two versions of a flow side by side, in the words of the screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from telephony.editor.differences import differences
from telephony.editor.edges import Definition
from telephony.editor.words import choice_word, kind_word, part_word


@dataclass(frozen=True, slots=True)
class Changed:
    """What is different at one step; each part with how it was and how it is."""

    node: str
    what: str
    tone: str  # of seatline.panel.show.tag
    parts: Sequence[tuple[Any, str, str]]

    def __str__(self) -> str:
        if not self.node:
            return "; ".join(f"{part}: {before or '–'} → {after or '–'}" for part, before, after in self.parts)
        names = ", ".join(str(part) for part, _before, _after in self.parts)
        return f"{self.node}: {self.what}" + (f" ({names})" if names and self.tone == "warn" else "")


def compared(before: Definition, after: Definition) -> list[Changed]:
    """All differences."""
    found = []
    for one in differences(before, after):
        kind = str(kind_word((one.after or one.before or {}).get("kind")).name)
        if one.before is None:
            what, tone = _("new: %(kind)s") % {"kind": kind}, "good"
        elif one.after is None:
            what, tone = _("removed: %(kind)s") % {"kind": kind}, "bad"
        else:
            what, tone = _("changed"), "warn"
        parts = [
            (part_word(key).name, in_words((one.before or {}).get(key)), in_words((one.after or {}).get(key)))
            for key in one.parts
            if key != "kind" or tone == "warn" or len(one.parts) == 1
        ]
        found.append(Changed(one.node, what, tone, parts))
    return found


def in_words(value: object) -> str:
    """A part's value on a line for each thing in it."""
    match value:
        case None:
            return ""
        case bool():
            return str(_("yes") if value else _("no"))
        case str():
            return str(choice_word(value))
        case Mapping():
            return "\n".join(f"{_key(key)}: {in_words(one).replace(chr(10), ', ')}" for key, one in value.items())
        case list():
            return "\n".join(in_words(one).replace("\n", ", ") for one in value)
        case _:
            return str(value)


def _key(key: object) -> str:
    return str(part_word(str(key)).name)
