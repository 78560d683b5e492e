"""The form of a price: a field for each parameter of its kind, made from the kind's own dataclass. No JSON is typed.

Rules of this file: it knows how a parameter is typed and not what it means; `billing.rating.params` reads and refuses.
Every kind's fields are on the page and seatline/price_params.js shows those of the kind chosen; without scripts all are
seen. Empty fields are left out, so that the kind's defaults hold.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from billing.contracts.models import KIND_NAMES, PriceComponent, kind_choices
from billing.rating.kinds import KINDS, read_params
from billing.rating.params import Field, fields_of

_PARAMS, _KIND = "params", "kind"
_EMPTY_ROWS = 3

#: Choices in words; a choice that is not here is shown as it is.
CHOICES = {
    "day": gettext_lazy("every day"),
    "period": gettext_lazy("the period as a whole"),
    "next_period": gettext_lazy("from the next period on"),
    "flat": gettext_lazy("one price"),
    "graduated": gettext_lazy("graduated: each unit at its tier's price"),
    "volume": gettext_lazy("volume: all units at the tier reached"),
    "package": gettext_lazy("packages: whole blocks"),
    "facts": gettext_lazy("how many"),
    "minutes": gettext_lazy("their minutes"),
    "none": gettext_lazy("no"),
    "one_period": gettext_lazy("for one period"),
    "deducted": gettext_lazy("taken off"),
    "any": gettext_lazy("holidays, too"),
    "only": gettext_lazy("on holidays only"),
    "never": gettext_lazy("not on holidays"),
    "value": gettext_lazy("percentage of the value"),
    "count": gettext_lazy("price of each"),
    "all": gettext_lazy("all"),
    "days": gettext_lazy("those around the clock"),
    "hours": gettext_lazy("those at weekly hours"),
}
_CREDIT = gettext_lazy("from their day on")


class ParamsWidget(forms.Widget):
    """The parameters of every kind as fields of their own, under one name."""

    class Media:
        js = ("seatline/price_params.js",)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        """All kinds, filled with what the value holds."""
        values = value if isinstance(value, dict) else {}
        chinese = (get_language() or "").startswith("zh")
        kinds = [
            {
                "code": code,
                "name": KIND_NAMES[code],
                "fields": [
                    _shown(field, f"{name}-{code}-{field.name}", values, chinese) for field in fields_of(kind.params)
                ],
            }
            for code, kind in KINDS.items()
        ]
        return mark_safe(render_to_string("panel/price_params.html", {"kinds": kinds, "name": name}))  # noqa: S308 - a template

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        """What was typed for the kind that is chosen."""
        code = data.get(name.removesuffix(_PARAMS) + _KIND)
        if code not in KINDS:
            return {}
        return dict(_typed(data, f"{name}-{code}", fields_of(KINDS[code].params)))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never: empty fields mean defaults."""
        return False


def _shown(field: Field, name: str, values: dict[str, Any], chinese: bool) -> dict[str, Any]:
    """A parameter as the template shows it."""
    value = values.get(field.name)
    shown: dict[str, Any] = {
        "name": name,
        "takes": field.takes,
        "help": field.help_zh if chinese else field.help,
        "required": field.required,
        "value": ", ".join(map(str, value)) if isinstance(value, list | tuple) and not field.row else value,
        "default": _default(field),
    }
    match field.takes:
        case "flag":
            shown["value"] = field.default if value is None else value
        case "choice":
            chosen = field.default if value is None else value
            shown["choices"] = [(one, _choice(one), one == chosen) for one in field.choices]
        case "rows":
            assert field.row is not None
            rows = value if isinstance(value, list) else []
            columns = fields_of(field.row)
            blank: list[dict[str, Any]] = [{}] * _EMPTY_ROWS
            shown["columns"] = [(one.help_zh if chinese else one.help, one.required) for one in columns]
            shown["rows"] = [
                [
                    _shown(one, f"{name}-{n}-{one.name}", row if isinstance(row, dict) else {}, chinese)
                    for one in columns
                ]
                for n, row in enumerate([*rows, *blank])
            ]
    return shown


def _choice(one: str) -> Any:
    return _CREDIT if one == "credit" else CHOICES.get(one, one)


def _default(field: Field) -> str:
    default = field.default
    if default is None or field.takes in {"rows", "choice", "flag"}:
        return ""
    if isinstance(default, tuple):
        return ", ".join(map(str, default))
    return f"{default:%H:%M}" if field.takes == "time" else str(default)


def _typed(data: Any, prefix: str, fields: list[Field]) -> Iterator[tuple[str, Any]]:
    for field in fields:
        name = f"{prefix}-{field.name}"
        if field.takes == "rows":
            assert field.row is not None
            rows = list(_rows(data, name, fields_of(field.row)))
            if rows or field.required:
                yield field.name, rows
        elif field.takes == "flag":
            yield field.name, name in data
        elif (text := str(data.get(name, "")).strip()) != "":
            yield field.name, _value(field, text)


def _rows(data: Any, name: str, columns: list[Field]) -> Iterator[dict[str, Any]]:
    place = 0
    while any(f"{name}-{place}-{column.name}" in data for column in columns):
        row = dict(_typed(data, f"{name}-{place}", columns))
        # A row in which nothing but choices stand is one that nobody has filled in.
        if any(column.name in row and column.takes != "choice" for column in columns):
            yield row
        place += 1


def _value(field: Field, text: str) -> Any:
    if field.takes == "count" and text.isdecimal():
        return int(text)
    if field.takes in {"names", "days"}:
        return [one for one in text.replace("，", ",").replace(",", " ").split() if one]
    return text


class ParamsField(forms.Field):
    """Parameters as they are stored; the model's own check says what is wrong with them."""

    widget = ParamsWidget

    def __init__(self) -> None:
        super().__init__(required=False, label=gettext_lazy("parameters"))

    def clean(self, value: Any) -> dict[str, Any]:
        """As typed."""
        return value or {}


class PriceForm(forms.ModelForm):
    """A price of a version that is being written."""

    params = ParamsField()
    kind = forms.ChoiceField(label=gettext_lazy("kind of price"), widget=UnfoldAdminSelectWidget())
    leave_out = forms.BooleanField(
        label=gettext_lazy("leave this price out"), required=False, widget=UnfoldBooleanWidget()
    )

    class Meta:
        model = PriceComponent
        fields = ("code", "kind", "tax_code", "invoice_text", "invoice_text_zh", "params")
        widgets = {
            name: UnfoldAdminTextInputWidget() for name in ("code", "tax_code", "invoice_text", "invoice_text_zh")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("choose a kind")), *kind_choices()]

    def has_changed(self) -> bool:
        """A price is meant as soon as it is named; one that a version before had and nobody touched is meant, too."""
        if self.is_bound and self.add_prefix("leave_out") in self.data:
            return False
        names = ("code", "kind", "invoice_text")
        return self.is_bound and any(self.data.get(self.add_prefix(name)) for name in names)


def told(row: PriceComponent) -> str:
    """The parameters of a price in words, those that stand at their default left out."""
    chinese = (get_language() or "").startswith("zh")
    params = read_params(row.kind, row.params)
    words = []
    for field in fields_of(type(params)):
        value = getattr(params, field.name)
        if field.required or value != field.default:
            words.append((field.help_zh if chinese else field.help, _in_words(field, value, chinese)))
    return format_html_join(mark_safe("<br>"), "{}: <b>{}</b>", words)


def _in_words(field: Field, value: Any, chinese: bool) -> str:
    if field.takes == "flag":
        return str(_("yes") if value else _("no"))
    if field.takes == "choice":
        return str(_choice(value))
    if field.takes == "rows":
        assert field.row is not None
        columns = fields_of(field.row)
        return " | ".join(
            ", ".join(
                _in_words(one, getattr(row, one.name), chinese)
                for one in columns
                if one.required or getattr(row, one.name) != one.default
            )
            for row in value
        )
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return f"{value:%H:%M}" if field.takes == "time" else str(value)
