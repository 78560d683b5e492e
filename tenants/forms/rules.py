"""What a form asks, when it asks it, and what may be answered.

Rules of this file: pure. A form is a list of fields in the order in which they are asked. A field may depend on an
answer given further up, and on nothing further down: so there is no circle and nothing that is never reached, by
construction, and a form of cases, a questionnaire and a script with branches are the same thing. A step of the kind
SAY is read out and asks nothing.

Answers are kept as JSON: texts, dates as 2026-11-24, amounts as decimal text, telephone numbers as E.164.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from seatline.errors import BadInput

MOST_FIELDS, MOST_OPTIONS = 60, 60
LONGEST_TEXT, LONGEST_LONG = 300, 8000
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
Answers = Mapping[str, str]


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


class Kind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    LONG = "long"
    CHOICE = "choice"
    DATE = "date"
    AMOUNT = "amount"
    PHONE = "phone"
    SAY = "say"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers of a choice."""

    code: str
    label: str
    label_zh: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """A field is asked only if the choice `field` was answered with one of `among`."""

    field: str
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked; of a step that is read out the label is the text."""

    code: str
    kind: Kind
    label: str
    label_zh: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    when: When | None = None


Form = tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of a form, or with an answer: a sentence and its parameters as %(name)s."""

    field: str
    text: str
    values: Mapping[str, Any] = made(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In English."""
        return self.text % self.values if self.values else self.text

    def __str__(self) -> str:
        return f"“{self.field}”: {self.sentence}" if self.field else self.sentence


class Faults(tuple[Fault, ...]):
    """All that is wrong; in English as text, and in any language that sentences are translated into."""

    __slots__ = ()

    def __str__(self) -> str:
        return self.said(str)

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentences, one behind another."""
        told = ((one.field, translate(one.text) % one.values if one.values else translate(one.text)) for one in self)
        return "; ".join(f"“{field}”: {text}" if field else text for field, text in told)


class FormFaulty(BadInput):
    """This form cannot be used: {faults}"""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = Faults(faults)
        super().__init__(faults=self.faults)


class AnswersFaulty(BadInput):
    """These answers cannot be taken: {faults}"""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = Faults(faults)
        super().__init__(faults=self.faults)


def read_form(definition: object, kinds: Iterable[Kind] = tuple(Kind)) -> Form:
    """The form of a definition (`definition_of` is the way back). Raises FormFaulty with all that is wrong."""
    if not isinstance(definition, list) or not all(isinstance(one, dict) for one in definition):
        raise FormFaulty([Fault("", _("a form is a list of fields"))])
    faults: list[Fault] = []
    form = tuple(_field(one, place, faults) for place, one in enumerate(definition, 1))
    if len(form) > MOST_FIELDS:
        faults.append(Fault("", _("a form has %(most)d fields at most"), {"most": MOST_FIELDS}))
    faults += _faults_of(form, frozenset(kinds))
    if faults:
        raise FormFaulty(faults)
    return form


def _field(one: Mapping[str, Any], place: int, faults: list[Fault]) -> Field:
    unknown = set(one) - {"code", "kind", "label", "label_zh", "required", "options", "when"}
    code, kind = _text(one.get("code")), _text(one.get("kind"))
    name = code or f"{place}."
    if unknown:
        faults.append(Fault(name, _("has a part that is not known: %(part)s"), {"part": sorted(map(str, unknown))[0]}))
    if kind not in set(Kind):
        faults.append(Fault(name, _("is of no known kind")))
        kind = Kind.TEXT
    given, when = one.get("options") or [], one.get("when") or None
    if not isinstance(given, list) or not all(isinstance(option, dict) for option in given):
        faults.append(Fault(name, _("its answers are no list")))
        given = []
    options = tuple(
        Option(_text(option.get("code")), _text(option.get("label")), _text(option.get("label_zh"))) for option in given
    )
    condition = None
    if when is not None:
        among = when.get("among") if isinstance(when, dict) else None
        if not isinstance(among, list) or not among:
            faults.append(Fault(name, _("is asked at a condition that cannot be read")))
        else:
            condition = When(_text(when.get("field")), tuple(map(_text, among)))
    return Field(
        code, Kind(kind), _text(one.get("label")), _text(one.get("label_zh")), one.get("required") is True, options,
        condition,
    )  # fmt: skip


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _faults_of(form: Form, kinds: frozenset[Kind]) -> Iterable[Fault]:
    above: dict[str, Field] = {}
    for one in form:
        if not CODE.fullmatch(one.code):
            yield Fault(one.code, _("a code has small letters, digits and _, begins with a letter, 40 at most"))
        if one.code in above:
            yield Fault(one.code, _("there are two fields with this code"))
        if one.kind not in kinds:
            yield Fault(one.code, _("is of a kind that cannot be used here"))
        if not one.label and not one.label_zh:
            yield Fault(one.code, _("has no label"))
        if len(one.label) > LONGEST_LONG or len(one.label_zh) > LONGEST_LONG:
            yield Fault(one.code, _("has too long a label"))
        yield from _faults_of_options(one)
        if one.when is not None:
            yield from _faults_of_condition(one, one.when, above)
        above[one.code] = one


def _faults_of_options(one: Field) -> Iterable[Fault]:
    if (one.kind is Kind.CHOICE) != bool(one.options):
        yield Fault(one.code, _("a choice has answers, and nothing else has"))
    if len(one.options) > MOST_OPTIONS:
        yield Fault(one.code, _("has more than %(most)d answers"), {"most": MOST_OPTIONS})
    codes = [option.code for option in one.options]
    if not all(map(CODE.fullmatch, codes)) or len(set(codes)) < len(codes):
        yield Fault(one.code, _("each answer has a code of its own, in small letters, digits and _"))
    if not all((option.label or option.label_zh) and len(option.label) <= LONGEST_TEXT for option in one.options):
        yield Fault(one.code, _("each answer has a label"))


def _faults_of_condition(one: Field, when: When, above: Mapping[str, Field]) -> Iterable[Fault]:
    asked = above.get(when.field)
    if asked is None or asked.kind is not Kind.CHOICE:
        yield Fault(one.code, _("depends on “%(field)s”, which is no choice further up"), {"field": when.field})
        return
    strange = set(when.among) - {option.code for option in asked.options}
    if strange:
        yield Fault(
            one.code, _("depends on an answer that “%(field)s” does not have: %(answer)s"),
            {"field": when.field, "answer": sorted(strange)[0]},
        )  # fmt: skip


def definition_of(form: Form) -> list[dict[str, Any]]:
    """The form as it is kept."""
    return [
        {
            "code": one.code, "kind": one.kind.value, "label": one.label, "label_zh": one.label_zh,
            "required": one.required,
            "options": [{"code": o.code, "label": o.label, "label_zh": o.label_zh} for o in one.options],
            "when": {"field": one.when.field, "among": list(one.when.among)} if one.when else None,
        }
        for one in form
    ]  # fmt: skip


def shown(form: Form, answers: Mapping[str, Any]) -> list[Field]:
    """The fields that are asked after these answers, in order. What hangs on a field that is not asked is not asked."""
    found: list[Field] = []
    asked: set[str] = set()
    for one in form:
        if one.when is None or (one.when.field in asked and answers.get(one.when.field) in one.when.among):
            found.append(one)
            asked.add(one.code)
    return found


def check(
    form: Form, answers: Mapping[str, Any], read_phone: Callable[[str], str], *, complete: bool
) -> dict[str, str]:
    """The answers as they are kept: those of fields that are asked, without empty ones.

    `read_phone` makes a number canonical and raises BadInput. With `complete`, what is required must be there. Raises
    AnswersFaulty with all that is wrong.
    """
    faults = [Fault(name[:40], _("is no field of this form")) for name in set(answers) - {one.code for one in form}]
    kept: dict[str, str] = {}
    for one in shown(form, answers):
        given = answers.get(one.code)
        text = given.strip() if isinstance(given, str) else given
        if one.kind is Kind.SAY or text is None or text == "":
            if complete and one.required and one.kind is not Kind.SAY:
                faults.append(Fault(one.code, _("must be filled in")))
            continue
        try:
            kept[one.code] = _answer(one, text, read_phone)
        except _Wrong as wrong:
            faults.append(Fault(one.code, str(wrong)))
    if faults:
        raise AnswersFaulty(faults)
    return kept


class _Wrong(Exception):
    """An answer does not fit; the sentence says why."""


def _answer(one: Field, given: object, read_phone: Callable[[str], str]) -> str:
    if not isinstance(given, str):
        raise _Wrong(_("is no text"))
    match one.kind:
        case Kind.CHOICE:
            if given not in {option.code for option in one.options}:
                raise _Wrong(_("is none of the answers"))
        case Kind.DATE:
            return _date(given)
        case Kind.AMOUNT:
            return _amount(given)
        case Kind.PHONE:
            try:
                return read_phone(given)
            except BadInput as error:
                raise _Wrong(_("is no telephone number")) from error
        case _:
            if len(given) > (LONGEST_LONG if one.kind is Kind.LONG else LONGEST_TEXT):
                raise _Wrong(_("is too long"))
    return given


def _date(given: str) -> str:
    try:
        return date.fromisoformat(given.replace("/", "-")).isoformat()
    except ValueError as error:
        raise _Wrong(_("is no date such as 2026-11-24")) from error


def _amount(given: str) -> str:
    try:
        amount = Decimal(given.replace(",", "").strip())
    except InvalidOperation as error:
        raise _Wrong(_("is no amount")) from error
    if not amount.is_finite() or abs(amount) >= Decimal(10) ** 12 or amount != round(amount, 4):
        raise _Wrong(_("is no amount"))
    return f"{amount:f}"
