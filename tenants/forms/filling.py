"""A form on a page: its fields with what was typed, and what a posted page says; and the form as text to be edited.

Pages of the portal and of the desk show fields alike: `templates/work/fields.html`. A field's name on the page is
`f_` and its code. A tenant writes options one a line as `code = Label | 标签`, and a branch as `field = code, code`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tenants.forms.rules import Fault, Field, Form, Kind, Option, definition_of
from tenants.forms.words import label

PREFIX = "f_"
SPARE_ROWS = 3  # empty rows at the end of an editor

KINDS = {
    Kind.TEXT: gettext_lazy("one line"), Kind.LONG: gettext_lazy("several lines"),
    Kind.CHOICE: gettext_lazy("choice"), Kind.DATE: gettext_lazy("date"), Kind.AMOUNT: gettext_lazy("amount"),
    Kind.PHONE: gettext_lazy("telephone number"), Kind.SAY: gettext_lazy("read out"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as a page shows it; `options` are (code, label, chosen)."""

    name: str
    kind: str
    label: str
    value: str
    required: bool
    options: Sequence[tuple[str, str, bool]]
    when_field: str
    when_among: str
    fault: str


def is_chinese() -> bool:
    """Whether the screen speaks Chinese."""
    return (get_language() or "").startswith("zh")


def asked(
    form: Form, typed: Mapping[str, Any], faults: Sequence[Fault] = (), values: Mapping[str, str] | None = None
) -> list[Asked]:
    """The fields with what was typed; `values` fill {placeholders} of what is read out."""
    told = {one.field: said_fault(one) for one in faults}
    return [_asked(one, typed, told.get(one.code, ""), values or {}) for one in form]


def _asked(one: Field, typed: Mapping[str, Any], fault: str, values: Mapping[str, str]) -> Asked:
    text = label(one, is_chinese())
    if one.kind is Kind.SAY:
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
    value = str(typed.get(one.code) or "")
    options = [(option.code, label(option, is_chinese()), option.code == value) for option in one.options]
    when = one.when
    return Asked(
        PREFIX + one.code, one.kind.value, text, value, one.required, options,
        PREFIX + when.field if when else "", " ".join(when.among) if when else "", fault,
    )  # fmt: skip


def said_fault(one: Fault) -> str:
    """The sentence in the language of the screen."""
    return _(one.text) % one.values if one.values else _(one.text)


def typed_in(posted: QueryDict, form: Form) -> dict[str, str]:
    """What a posted page says, by the fields' codes."""
    return {
        one.code: str(posted[PREFIX + one.code]) for one in form
        if one.kind is not Kind.SAY and PREFIX + one.code in posted
    }  # fmt: skip


def editor_rows(form: Form) -> list[dict[str, Any]]:
    """The form as rows of an editor, and some empty ones."""
    rows = [
        {**row, "options": options_as_text(one.options), "when": when_as_text(one)}
        for row, one in zip(definition_of(form), form, strict=True)
    ]
    return with_spare(rows)


def with_spare(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of an editor, and some empty ones to go on in."""
    return [*rows, *({"kind": "text"} for _no in range(SPARE_ROWS))]


def options_as_text(options: Sequence[Option]) -> str:
    """One a line."""
    return "\n".join(
        f"{one.code} = {one.label}{' | ' if one.label_zh else ''}{one.label_zh}" for one in options
    )  # fmt: skip


def when_as_text(one: Field) -> str:
    """As a tenant writes it."""
    return f"{one.when.field} = {', '.join(one.when.among)}" if one.when else ""


def edited_rows(posted: QueryDict) -> list[dict[str, Any]]:
    """What an editor's page says, row by row, whatever it is: rows without code and label are left out."""
    codes, labels, chinese = (posted.getlist(name) for name in ("code", "label", "label_zh"))
    kinds, options, whens = (posted.getlist(name) for name in ("kind", "options", "when"))
    required = set(posted.getlist("required"))
    rows = []
    for no, row in enumerate(zip(codes, labels, chinese, kinds, options, whens, strict=False)):
        code, text, text_zh, kind, choices, when = row
        if code.strip() or text.strip() or text_zh.strip():
            rows.append({
                "code": code, "label": text, "label_zh": text_zh, "kind": kind, "required": str(no) in required,
                "options": choices, "when": when,
            })  # fmt: skip
    return rows


def edited_definition(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The definition that an editor's rows mean, to be read by `read_form`."""
    return [
        {**row, "options": options_of_text(row["options"]), "when": _when_of_text(row["when"])} for row in rows
    ]  # fmt: skip


def options_of_text(text: str) -> list[dict[str, str]]:
    """Options as a tenant writes them."""
    found = []
    for line in text.splitlines():
        code, equals, words = line.partition("=")
        english, _bar, chinese = words.partition("|")
        if line.strip():
            found.append({
                "code": code.strip(), "label": english.strip() if equals else code.strip(), "label_zh": chinese.strip(),
            })  # fmt: skip
    return found


def _when_of_text(text: str) -> dict[str, Any] | None:
    field, _equals, codes = text.partition("=")
    among = [one.strip() for one in codes.split(",") if one.strip()]
    return {"field": field.strip(), "among": among} if text.strip() else None
