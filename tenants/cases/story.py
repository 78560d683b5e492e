"""What happened to a case, told in the language of the screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.cases.models import Case, CaseEvent
from tenants.cases.of_customers import state_in_words
from tenants.cases.rules import Definition
from tenants.forms.filling import is_chinese
from tenants.forms.rules import Field
from tenants.forms.words import answer_in_words, label

MOST_TOLD = 300


@dataclass(frozen=True, slots=True)
class Told:
    """One event: who did what, and the words of a note."""

    at: datetime
    who: str
    what: str
    text: str


def story_of(case: Case, definition: Definition) -> list[Told]:
    """The newest events, the newest first."""
    rows = case.events.order_by("-at", "-id")[:MOST_TOLD]
    return [Told(row.at, row.who, _what(row, definition), row.text) for row in rows]


def _what(event: CaseEvent, definition: Definition) -> str:
    before, after = event.content.get("before"), event.content.get("after")
    match event.kind:
        case CaseEvent.Kind.MOVED:
            return f"{state_in_words(definition, before)} → {state_in_words(definition, after)}"
        case CaseEvent.Kind.FILLED:
            return "; ".join(_changes(before or {}, after or {}, {one.code: one for one in definition.form}))
        case CaseEvent.Kind.ASSIGNED:
            return _("given to %(name)s") % {"name": after} if after else _("given to nobody")
        case CaseEvent.Kind.DUE:
            return _("due at %(at)s") % {"at": _when(after)} if after else _("not due any more")
        case _:
            return str(event.get_kind_display())


def _changes(before: dict[str, str], after: dict[str, str], fields: dict[str, Field]) -> Iterator[str]:
    for code in sorted({**before, **after}):
        field: Any = fields.get(code)
        old, new = (
            answer_in_words(field, values.get(code, ""), is_chinese()) if field else values.get(code, "")
            for values in (before, after)
        )
        name = label(field, is_chinese()) if field else code
        yield f"{name}: {old} → {new}" if old else f"{name}: {new}"


def _when(text: str) -> str:
    return timezone.localtime(datetime.fromisoformat(text)).strftime("%Y-%m-%d %H:%M")
