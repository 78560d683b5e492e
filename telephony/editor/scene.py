"""The drawing of a flow with its words: what each card is called, says, and leads to, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from telephony.editor.drawing import EXIT, HEAD, Card, Drawing, Line, draw
from telephony.editor.edges import Definition, exits_of, nodes_of
from telephony.editor.offers import Offers
from telephony.editor.words import WEEKDAYS, choice_word, exit_word, kind_word, told_here
from telephony.plans.faults import Fault


@dataclass(frozen=True, slots=True)
class Exit:
    """A way on as the card shows it; `lost`: it leads to no step that there is."""

    label: str
    target: str
    top: int
    lost: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A node as its card shows it."""

    name: str
    kind: str
    kind_name: str
    icon: str
    summary: str
    exits: Sequence[Exit]
    faults: Sequence[str]
    x: int
    y: int
    height: int
    first: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the page draws."""

    width: int
    height: int
    steps: Sequence[Step]
    lines: Sequence[Line]


def scene(definition: Definition, faults: Sequence[Fault], offers: Offers, chosen: str = "") -> Scene:
    """The drawing with its words, in the language of the screen."""
    nodes = nodes_of(definition)
    start = str(definition.get("start", ""))
    wrong = {name: [told_here(fault) for fault in faults if fault.node == name] for name in nodes}
    exits = {name: _merged(node) for name, node in nodes.items()}
    drawn: Drawing = draw([Card(name, tuple(exits[name]), bool(wrong[name])) for name in nodes], start)
    steps = []
    for place in drawn.cards:
        node = nodes[place.name]
        word = kind_word(node.get("kind"))
        steps.append(
            Step(
                name=place.name, kind=str(node.get("kind")), kind_name=str(word.name), icon=word.icon,
                summary=summary(node, offers), faults=wrong[place.name], x=place.x, y=place.y, height=place.height,
                first=place.name == start, chosen=place.name == chosen,
                exits=[
                    Exit(label, to, HEAD + EXIT * no, not to or to not in nodes)
                    for no, (to, label) in enumerate(exits[place.name].items())
                ],
            )
        )  # fmt: skip
    return Scene(drawn.width, drawn.height, steps, drawn.lines)


def _merged(node: Mapping[str, Any]) -> dict[str, str]:
    """Target -> the names of all ways that lead there."""
    found: dict[str, list[str]] = {}
    for path, to in exits_of(node):
        found.setdefault(to, []).append(str(exit_word(path)))
    return {to: ", ".join(dict.fromkeys(labels)) for to, labels in found.items()}


def summary(node: Mapping[str, Any], offers: Offers) -> str:
    """What a step does, in a few words of its own."""
    for key in ("queue", "outcome", "language", "table", "path"):
        if isinstance(node.get(key), str) and node[key]:
            return str(choice_word(node[key]))
    hours = node.get("hours")
    if isinstance(hours, Mapping):
        return _hours(hours)
    numbers = node.get("numbers")
    if isinstance(numbers, list) and numbers:
        first = numbers[0]
        return str(first.get("number", "") if isinstance(first, Mapping) else first)
    return said(node.get("say"), offers)


def said(say: object, offers: Offers) -> str:
    """What prompts say, one after another."""
    words = []
    for one in say if isinstance(say, list) else ():
        name = one.get("prompt", "") if isinstance(one, Mapping) else one
        value = one.get("value", "") if isinstance(one, Mapping) else ""
        words.append(f"{{{value}}}" if value else offers.texts.get(str(name), str(name)))
    return " ".join(words)


def _hours(hours: Mapping[str, Any]) -> str:
    spans = hours.get("spans")
    told_ = []
    for span in spans if isinstance(spans, list) else ():
        if isinstance(span, Mapping):
            days = str(span.get("weekdays", ""))
            told_.append(f"{_days(days)} {span.get('opens', '?')}-{span.get('closes', '?')}")
    return ", ".join(told_) or _("always open")


def _days(days: str) -> str:
    """12345 as Mon-Fri; others one by one."""
    known = [int(day) for day in days if day in "1234567"]
    if len(known) > 2 and known == list(range(known[0], known[-1] + 1)):
        return f"{WEEKDAYS[known[0] - 1]}-{WEEKDAYS[known[-1] - 1]}"
    return " ".join(str(WEEKDAYS[day - 1]) for day in known)
