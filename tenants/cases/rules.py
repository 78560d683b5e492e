"""What a type of case consists of, where a case may go from a state, when it is due, and which topics are hot.

Rules of this file: pure. A definition is JSON: `fields` as `tenants.forms.rules` reads them, `states` (code, label,
label_zh, closes), of which the first is the one in which cases begin, `moves` (from, to), `topics` (code, label,
label_zh), and `due_hours` (0: never due).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from typing import Any

from seatline.errors import BadInput
from tenants.forms.rules import CODE, Fault, Faults, Form, FormFaulty, Kind, Option, definition_of, read_form

MOST_STATES = MOST_TOPICS = 60
MOST_DUE_HOURS = 24 * 366


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


@dataclass(frozen=True, slots=True)
class State:
    """A state of a case; in one that `closes`, nothing is left to do."""

    code: str
    label: str
    label_zh: str = ""
    closes: bool = False

    def __str__(self) -> str:
        return self.label or self.label_zh


@dataclass(frozen=True, slots=True)
class Definition:
    """A type of case as its tenant has set it."""

    form: Form
    states: tuple[State, ...]
    moves: frozenset[tuple[str, str]]
    topics: tuple[Option, ...] = ()
    due_hours: int = 0

    @property
    def start(self) -> State:
        """In which cases begin."""
        return self.states[0]

    def state(self, code: str) -> State:
        """The state of this code; of one that the tenant has taken away since, one that bears its code."""
        return next((one for one in self.states if one.code == code), State(code, code))

    def topic(self, code: str) -> Option | None:
        """The topic of this code."""
        return next((one for one in self.topics if one.code == code), None)

    def next_of(self, code: str) -> list[State]:
        """Where a case may go from a state, in the tenant's order. From a state that is gone: to all."""
        gone = code not in {one.code for one in self.states}
        return [one for one in self.states if (code, one.code) in self.moves or gone]


class CaseTypeFaulty(BadInput):
    """This type of case cannot be used: {faults}"""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = Faults(faults)
        super().__init__(faults=self.faults)


def read_definition(given: object) -> Definition:
    """The type that a definition describes. Raises CaseTypeFaulty with all that is wrong."""
    if not isinstance(given, dict):
        raise CaseTypeFaulty([Fault("", _("a type of case has fields, states and moves"))])
    faults: list[Fault] = []
    unknown = set(given) - {"fields", "states", "moves", "topics", "due_hours"}
    if unknown:
        faults.append(Fault("", _("has a part that is not known: %(part)s"), {"part": sorted(map(str, unknown))[0]}))
    form: Form = ()
    try:
        form = read_form(given.get("fields", []), tuple(kind for kind in Kind if kind is not Kind.SAY))
    except FormFaulty as error:
        faults += error.faults
    states = tuple(
        State(_text(one, "code"), _text(one, "label"), _text(one, "label_zh"), one.get("closes") is True)
        for one in _dicts(given.get("states"))
    )
    topics = tuple(
        Option(_text(one, "code"), _text(one, "label"), _text(one, "label_zh")) for one in _dicts(given.get("topics"))
    )
    moves = frozenset((_text(one, "from"), _text(one, "to")) for one in _dicts(given.get("moves")))
    due = given.get("due_hours", 0)
    if isinstance(due, bool) or not isinstance(due, int) or not 0 <= due <= MOST_DUE_HOURS:
        faults.append(
            Fault("", _("the due time is a whole number of hours, %(most)d at most"), {"most": MOST_DUE_HOURS})
        )
        due = 0
    faults += [*_faults_of_codes(states, MOST_STATES), *_faults_of_codes(topics, MOST_TOPICS)]
    faults += _faults_of_ways(states, moves)
    if faults:
        raise CaseTypeFaulty(faults)
    return Definition(form, states, moves, topics, due)


def written_definition(type_: Definition) -> dict[str, Any]:
    """The definition as it is kept."""
    return {
        "fields": definition_of(type_.form),
        "states": [
            {"code": one.code, "label": one.label, "label_zh": one.label_zh, "closes": one.closes}
            for one in type_.states
        ],
        "moves": [{"from": start, "to": end} for start, end in sorted(type_.moves)],
        "topics": [{"code": one.code, "label": one.label, "label_zh": one.label_zh} for one in type_.topics],
        "due_hours": type_.due_hours,
    }


def _dicts(given: object) -> list[Mapping[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    return value.strip()[:300] if isinstance(value, str) else ""


def _faults_of_codes(given: Sequence[State | Option], most: int) -> Iterable[Fault]:
    seen: set[str] = set()
    for one in given:
        if not CODE.fullmatch(one.code):
            yield Fault(one.code, _("a code has small letters, digits and _, begins with a letter, 40 at most"))
        elif one.code in seen:
            yield Fault(one.code, _("there are two with this code"))
        if not one.label and not one.label_zh:
            yield Fault(one.code, _("has no label"))
        seen.add(one.code)
    if len(given) > most:
        yield Fault("", _("there are more than %(most)d"), {"most": most})


def _faults_of_ways(states: Sequence[State], moves: frozenset[tuple[str, str]]) -> Iterable[Fault]:
    """Every state is reached, and from every state there is a way to one that closes."""
    codes = {one.code for one in states}
    closing = {one.code for one in states if one.closes}
    if not states or not closing:
        yield Fault("", _("there must be a state in which cases begin, and one that closes them"))
        return
    for start, end in sorted(moves):
        if start not in codes or end not in codes:
            yield Fault(start, _("a move leads to or from a state that there is not: %(to)s"), {"to": end})
        elif start == end:
            yield Fault(start, _("a move leads to the same state"))
    reached = _spread({states[0].code}, moves)
    closes = _spread(closing, {(end, start) for start, end in moves})
    for one in states:
        if one.code not in reached:
            yield Fault(one.code, _("is never reached"))
        elif one.code not in closes:
            yield Fault(one.code, _("has no way to a state that closes the case"))


def _spread(begin: set[str], moves: Iterable[tuple[str, str]]) -> set[str]:
    found, ways = set(begin), list(moves)
    while fresh := {end for start, end in ways if start in found and end not in found}:
        found |= fresh
    return found


def due_at(type_: Definition, opened_at: datetime) -> datetime | None:
    """When a case that is opened now is due; None: never."""
    return opened_at + timedelta(hours=type_.due_hours) if type_.due_hours else None


# --- hot topics

DAYS = 28  # so many days before make the usual level
LEAST = 3  # fewer cases than these are no topic of a day
UNLIKELY = 0.01  # hot: a day as busy as this comes by chance less often than one in a hundred


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic of a type on a day: how many cases, and how many a day is usual."""

    type: str
    topic: str
    count: int
    usual: float

    @property
    def hot(self) -> bool:
        """Whether that many are more than chance would bring."""
        return self.count >= LEAST and at_least(self.count, self.usual) < UNLIKELY


def at_least(count: int, usual: float) -> float:
    """How likely `count` or more independent cases are where `usual` are usual (Poisson's tail)."""
    term, below = exp(-usual), 0.0
    for k in range(count):
        below += term
        term *= usual / (k + 1)
    return max(0.0, 1.0 - below)


def topics_of_day(today: Mapping[tuple[str, str], int], before: Mapping[tuple[str, str], int]) -> list[TopicCount]:
    """All topics of a day by (type, topic), hot ones first, then by count; `before` counts the DAYS before it.

    A topic that never came before is taken to come once in those days.
    """
    counted = [
        TopicCount(type_, topic, count, max(before.get((type_, topic), 0), 1) / DAYS)
        for (type_, topic), count in today.items()
    ]
    return sorted(counted, key=lambda one: (not one.hot, -one.count, one.type, one.topic))
