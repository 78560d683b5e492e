"""A node's form as a template shows it: each part of its shape with name, value, what is offered, and its fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from telephony.editor.filled import Sent
from telephony.editor.offers import Offers, Option
from telephony.editor.shapes import Flag, Group, OneOf, Pairs, Part, Rows, Shape, Text, Whole, kinds
from telephony.editor.words import WEEKDAYS, choice_word, part_word, told_here
from telephony.plans.faults import Fault

SELECTED = ("node", "queue", "system", "prompt")  # offered as a list to choose from; others as hints while typing


@dataclass(frozen=True, slots=True)
class Field:
    """One control, or a group of them; `look` names its template."""

    path: str
    label: Any
    told: Any
    look: str
    needed: bool = False
    value: str = ""
    input: str = "text"  # type of the HTML input
    hints: str = ""  # id of the list of hints
    least: int | None = None
    most: int | None = None
    options: Sequence[Option] = ()
    fields: Sequence["Field"] = ()
    rows: Sequence[Sequence["Field"]] = ()
    faults: Sequence[str] = ()
    checked: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """The id of the control in the page."""
        return f"f-{self.path}"


def fields_of(kind: str, sent: Sent, offers: Offers, faults: Sequence[Fault]) -> list[Field]:
    """The form of a kind of node, filled with `sent`: what it does, then where it leads, then what has a default."""
    group = kinds().get(kind)
    if group is None:
        return []
    parts = sorted(group.parts, key=_rank)
    return [
        _field(part, part.key, sent, offers, [told_here(fault) for fault in faults if fault.part == part.key])
        for part in parts
    ]


def _rank(part: Part) -> int:
    inner = part.shape.parts if isinstance(part.shape, Group) else (part,)
    if all(isinstance(one.shape, Text) and one.shape.names == "node" for one in inner):
        return 2
    return 3 if part.default is not None else 0 if part.needed else 1


def _field(part: Part, path: str, sent: Sent, offers: Offers, faults: Sequence[str] = ()) -> Field:
    word = part_word(part.key)
    base = Field(path=path, label=word.name, told=word.told, look="text", needed=part.needed, faults=faults)
    match part.shape:
        case Group():
            ways = all(isinstance(one.shape, Text) and one.shape.names == "node" for one in part.shape.parts)
            children = [_field(one, f"{path}.{one.key}", sent, offers) for one in part.shape.parts]
            return replace(base, look="ways" if ways else "group", fields=children)
        case Rows():
            return replace(base, look="rows", rows=_rows(part.shape, path, sent, offers))
        case Pairs():
            return replace(base, look="pairs", rows=_pairs(path, sent))
        case shape:
            return _control(shape, base, sent, offers)


def _control(shape: Shape, base: Field, sent: Sent, offers: Offers) -> Field:
    value = (list(sent.get(base.path, ())) or [""])[-1]
    filled = replace(base, value=value)
    match shape:
        case Flag():
            return replace(filled, look="flag")
        case OneOf():
            words = [(one, str(choice_word(one))) for one in shape.allowed]
            return replace(filled, look="select", options=_with(words, value))
        case Whole():
            # A browser would not show a word that was typed where a number belongs.
            kind = "text" if value and not value.isdigit() else "number"
            return replace(filled, input=kind, least=shape.least, most=shape.most)
        case Text(names="weekdays"):
            days = [(str(no), str(name)) for no, name in enumerate(WEEKDAYS, 1)]
            return replace(base, look="weekdays", options=days, checked=frozenset(sent.get(base.path, ())))
        case Text(names=names) if names in SELECTED:
            return replace(filled, look="select", options=_with(offers.options[names], value))
        case Text(names=names, form=form):
            hinted = f"hints-{names}" if names in offers.options else ""
            return replace(filled, hints=hinted, input=form if form in ("time", "date", "email") else "text")
    raise TypeError(f"no control is made of {shape}")


def _with(options: Sequence[Option], value: str) -> Sequence[Option]:
    """What is chosen stays in sight, also where it is not among what there is."""
    if not value or any(value == one for one, _label in options):
        return options
    return [(value, _("%(value)s (not there)") % {"value": value}), *options]


def _numbers(path: str, sent: Sent) -> list[int]:
    found = {name[len(path) + 1 :].partition(".")[0] for name in sent if name.startswith(f"{path}.")}
    there = sorted(int(one) for one in found if one.isdigit())
    return [*there, there[-1] + 1 if there else 0]


def _rows(shape: Rows, path: str, sent: Sent, offers: Offers) -> list[list[Field]]:
    """The rows that are filled, and an empty one."""
    return [
        [_field(part, f"{path}.{no}.{part.key}", sent, offers) for part in shape.row.parts]
        for no in _numbers(path, sent)
    ]


def _pairs(path: str, sent: Sent) -> list[list[Field]]:
    found = []
    for no in _numbers(path, sent):
        names = ((f"{path}.{no}.name", _("name")), (f"{path}.{no}.text", _("text")))
        found.append([
            Field(path=name, label=label, told="", look="text", value=(list(sent.get(name, ())) or [""])[-1])
            for name, label in names
        ])  # fmt: skip
    return found


def hints(offers: Offers) -> Mapping[str, Sequence[Option]]:
    """What is hinted at while somebody types."""
    return {name: options for name, options in offers.options.items() if name not in SELECTED}
