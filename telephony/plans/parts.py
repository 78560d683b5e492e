"""The parts of a flow's definition: how each field of a node is written in JSON, read, and described.

Rules of this file: pure. A part reads a plain JSON value into what the core wants or raises `Unfit` with the sentence
that says why, and writes it back; its `schema` is the JSON Schema of the same value.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any, NoReturn
from zoneinfo import available_timezones

from telephony.core.flow import Say, Target
from telephony.core.opening import Hours, Span
from telephony.core.say import SayValue
from telephony.core.speaking import CURRENCIES, HOWS
from telephony.core.values import Outcome, QueueId
from telephony.plans.faults import Unfit, _

KEYS = "0123456789*#"
LANGUAGES = ("en", "zh")
MERCHANT_CODE = re.compile(r"[0-9]{1,6}")
E164 = re.compile(r"\+[1-9]\d{2,14}")
# What a flow may say of a call by itself; the others are facts that it cannot claim.
FINISHES = (
    Outcome.INFORMED, Outcome.CLOSED, Outcome.NO_AGENT, Outcome.QUEUE_FULL, Outcome.QUEUE_TIMEOUT, Outcome.WRONG_KEYS,
    Outcome.NO_MERCHANT,
)  # fmt: skip
REFUSALS = (Outcome.NO_AGENT, Outcome.QUEUE_FULL, Outcome.QUEUE_TIMEOUT)


@dataclass(frozen=True, slots=True)
class Names:
    """What a definition may name: the tenant's queues by code, and prompts; None: prompts are not checked."""

    queues: Mapping[str, QueueId]
    prompts: frozenset[str] | None = None
    systems: frozenset[str] | None = None  # codes of the tenant's systems; None: they are not checked

    def code_of(self, queue: QueueId) -> str:
        """The code of a queue."""
        return next(code for code, known in self.queues.items() if known == queue)


@dataclass(frozen=True, slots=True)
class Part:
    """How one field is read and written, and what it is described as."""

    read: Callable[[Any, Names], Any]
    write: Callable[[Any, Names], Any]
    schema: Mapping[str, Any]


def _same(value: Any, names: Names) -> Any:
    return value


def _fail(sentence: str, **values: object) -> NoReturn:
    raise Unfit(sentence, **values)


def _text(value: Any, names: Names) -> str:
    return value if isinstance(value, str) and value else _fail(_("should be the name of a node"))


def _targets(allowed: tuple[str, ...], what: str) -> Callable[[Any, Names], dict[str, str]]:
    def read(value: Any, names: Names) -> dict[str, str]:
        if not isinstance(value, dict):
            _fail(_("should lead from each of these to a node: %(allowed)s"), allowed=", ".join(allowed))
        for key, target in value.items():
            if key not in allowed:
                _fail(what, key=key, allowed=", ".join(allowed))
            _text(target, names)
        return value

    return read


def _choices(value: Any, names: Names) -> dict[str, str]:
    found = _targets(tuple(KEYS), _("“%(key)s” is no key: there are %(allowed)s"))(value, names)
    return found or _fail(_("should have at least one key"))


def _refusals(value: Any, names: Names) -> dict[Outcome, str]:
    wrong = _("“%(key)s” is no way of waiting in vain: there are %(allowed)s")
    found = _targets(tuple(outcome.value for outcome in REFUSALS), wrong)(value, names)
    return {Outcome(key): target for key, target in found.items()}


def _say(value: Any, names: Names) -> tuple[Say, ...]:
    if not isinstance(value, list):
        _fail(_("should be a list of prompts"))
    return tuple(_one_say(one, names) for one in value)


def _one_say(value: Any, names: Names) -> Say:
    if isinstance(value, dict) and "value" in value:
        return _one_value(value)
    given = {"prompt": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or not isinstance(given.get("prompt"), str) or set(given) - {"prompt", "language"}:
        _fail(_("each prompt is a name, or {prompt, language}"))
    language = given.get("language")
    if language is not None and language not in LANGUAGES:
        _fail(_("there are no prompts in “%(language)s”: there are %(allowed)s"), language=language, allowed="en, zh")
    if names.prompts is not None and given["prompt"] not in names.prompts:
        _fail(_("there is no prompt “%(prompt)s”"), prompt=given["prompt"])
    return Say(given["prompt"], language)


def _one_value(value: dict[str, Any]) -> SayValue:
    how, currency, language = value.get("as", "digits"), value.get("currency", "CNY"), value.get("language")
    if set(value) - {"value", "as", "currency", "language"} or not isinstance(value["value"], str):
        _fail(_("a value is {value, as, currency, language}: the name of a variable, and how it is said"))
    if how not in HOWS:
        _fail(_("nothing is said as “%(how)s”: there are %(allowed)s"), how=how, allowed=", ".join(HOWS))
    if currency not in CURRENCIES or (language is not None and language not in LANGUAGES):
        _fail(
            _("currencies are %(currencies)s, languages are %(languages)s"),
            currencies=", ".join(CURRENCIES), languages=", ".join(LANGUAGES),
        )  # fmt: skip
    return SayValue(language=language, variable=value["value"], how=how, currency=currency)


def _write_say(value: tuple[Say, ...], names: Names) -> list[Any]:
    return [_write_one(one) for one in value]


def _write_one(one: Say) -> Any:
    language = {"language": one.language} if one.language else {}
    if isinstance(one, SayValue):
        currency = {"currency": one.currency} if one.currency != "CNY" else {}
        return {"value": one.variable, "as": one.how, **currency, **language}
    return {"prompt": one.prompt, **language} if language else one.prompt


def _whole(least: int, most: int) -> Callable[[Any, Names], int]:
    def read(value: Any, names: Names) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        _fail(_("should be a whole number from %(least)s to %(most)s"), least=least, most=most)

    return read


def _seconds(value: Any, names: Names) -> timedelta:
    return timedelta(seconds=_whole(1, 60)(value, names))


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any, Names], str]:
    def read(value: Any, names: Names) -> str:
        if isinstance(value, str) and value in allowed:
            return value
        _fail(_("should be one of %(allowed)s"), allowed=", ".join(allowed))

    return read


def _queue(value: Any, names: Names) -> QueueId:
    found = names.queues.get(value) if isinstance(value, str) else None
    return found if found is not None else _fail(_("the tenant has no queue “%(queue)s”"), queue=value)


def _hours(value: Any, names: Names) -> Hours:
    if not isinstance(value, dict) or set(value) - {"zone", "spans", "holidays"}:
        _fail(_("should be {zone, spans, holidays}"))
    zone = value.get("zone")
    if zone not in available_timezones():
        _fail(_("there is no time zone “%(zone)s”"), zone=zone)
    try:
        spans = tuple(_span(one) for one in value.get("spans", []))
        holidays = frozenset(date.fromisoformat(one) for one in value.get("holidays", []))
    except (TypeError, ValueError, KeyError, AttributeError):
        _fail(_("spans are {weekdays: 12345, opens: 09:00, closes: 18:00}, holidays are dates as 2026-10-01"))
    return Hours(zone, spans, holidays)


def _span(value: dict[str, str]) -> Span:
    weekdays = frozenset("1234567".index(day) for day in value["weekdays"])  # 1 is Monday; the core counts from 0
    return Span(weekdays, time.fromisoformat(value["opens"]), time.fromisoformat(value["closes"]))


def _write_hours(value: Hours, names: Names) -> dict[str, Any]:
    spans = [
        {
            "weekdays": "".join(str(day + 1) for day in sorted(span.weekdays)),
            "opens": span.opens.strftime("%H:%M"), "closes": span.closes.strftime("%H:%M"),
        }
        for span in value.spans
    ]  # fmt: skip
    return {"zone": value.zone, "spans": spans, "holidays": sorted(day.isoformat() for day in value.holidays)}


def _e164(value: Any, names: Names) -> str:
    if isinstance(value, str) and E164.fullmatch(value):
        return value
    _fail(_("“%(number)s” is no number in full: write +, country and number, as +8613800000001"), number=value)


def _targets_outside(value: Any, names: Names) -> tuple[Target, ...]:
    if not isinstance(value, list) or not value:
        _fail(_("should be a list of numbers outside"))
    return tuple(_one_target(one, names) for one in value)


def _one_target(value: Any, names: Names) -> Target:
    given = {"number": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or set(given) - {"number", "ring"}:
        _fail(_("each number is written as it is, or as {number, ring}"))
    number = _e164(given.get("number"), names)
    ring = {"ring": timedelta(seconds=_whole(5, 120)(given["ring"], names))} if "ring" in given else {}
    return Target(number, **ring)


def _write_targets(value: tuple[Target, ...], names: Names) -> list[dict[str, Any]]:
    return [{"number": one.number, "ring": int(one.ring.total_seconds())} for one in value]


def _merchant(value: Any, names: Names) -> str:
    if isinstance(value, str) and MERCHANT_CODE.fullmatch(value):
        return value
    _fail(_("should be a merchant's code, as 101"))


def _flag(value: Any, names: Names) -> bool:
    return value if isinstance(value, bool) else _fail(_("should be true or false"))


def _name(value: Any, names: Names) -> str:
    return value if isinstance(value, str) and value else _fail(_("should be a name"))


# `x-names` tells an editor what a text names, so that it can offer what there is; other readers leave it aside.
_NODE_SCHEMA = {"type": "string", "description": "name of a node", "x-names": "node"}
_PROMPT = {"type": "string", "description": "name of a prompt", "x-names": "prompt"}
_SAY_ONE = {
    "type": "object", "required": ["prompt"], "additionalProperties": False,
    "properties": {"prompt": _PROMPT, "language": {"enum": list(LANGUAGES)}},
}  # fmt: skip
_SAY_VALUE = {
    "type": "object", "required": ["value"], "additionalProperties": False,
    "properties": {
        "value": {"type": "string", "description": "name of a variable", "x-names": "variable"},
        "as": {"enum": list(HOWS)},
        "currency": {"enum": list(CURRENCIES)}, "language": {"enum": list(LANGUAGES)},
    },
}  # fmt: skip
_SPAN = {
    "type": "object", "required": ["weekdays", "opens", "closes"],
    "properties": {
        "weekdays": {"type": "string", "pattern": "^[1-7]+$", "description": "1 is Monday", "x-names": "weekdays"},
        "opens": {"type": "string", "format": "time"},
        "closes": {"type": "string", "format": "time", "description": "not after opens: the span passes midnight"},
    },
}  # fmt: skip


def _map_schema(keys: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(keys, _NODE_SCHEMA)}


NODE = Part(_text, _same, _NODE_SCHEMA)
CHOICES = Part(_choices, lambda value, names: dict(value), {**_map_schema(tuple(KEYS)), "minProperties": 1})
OTHERWISE = Part(
    _refusals,
    lambda value, names: {outcome.value: target for outcome, target in value.items()},
    _map_schema(tuple(outcome.value for outcome in REFUSALS)),
)
SAY = Part(_say, _write_say, {"type": "array", "items": {"anyOf": [_PROMPT, _SAY_ONE, _SAY_VALUE]}})
TRIES = Part(_whole(1, 9), _same, {"type": "integer", "minimum": 1, "maximum": 9})
LENGTH = Part(_whole(1, 6), _same, {"type": "integer", "minimum": 1, "maximum": 6})
WAIT = Part(
    _seconds,
    lambda value, names: int(value.total_seconds()),
    {"type": "integer", "minimum": 1, "maximum": 60, "description": "seconds"},
)
LANGUAGE = Part(_one_of(LANGUAGES), _same, {"enum": list(LANGUAGES)})
QUEUE = Part(
    _queue,
    lambda value, names: names.code_of(value),
    {"type": "string", "description": "code of a queue", "x-names": "queue"},
)
OUTCOME = Part(
    lambda value, names: Outcome(_one_of(tuple(FINISHES))(value, names)),
    lambda value, names: value.value,
    {"enum": [outcome.value for outcome in FINISHES]},
)
HOURS = Part(
    _hours,
    _write_hours,
    {
        "type": "object", "required": ["zone"], "additionalProperties": False,
        "properties": {
            "zone": {"type": "string", "description": "as in Asia/Shanghai", "x-names": "zone"},
            "spans": {"type": "array", "items": _SPAN, "description": "none: always open"},
            "holidays": {"type": "array", "items": {"type": "string", "format": "date"}},
        },
    },
)  # fmt: skip
_NUMBER = {"type": "string", "pattern": "^\\+[1-9][0-9]{2,14}$", "description": "in E.164, as +8613800000001"}
NUMBERS = Part(
    _targets_outside,
    _write_targets,
    {
        "type": "array", "minItems": 1, "items": {"anyOf": [_NUMBER, {
            "type": "object", "required": ["number"], "additionalProperties": False,
            "properties": {"number": _NUMBER, "ring": {"type": "integer", "minimum": 5, "maximum": 120}},
        }]},
    },
)  # fmt: skip
NUMBER = Part(_e164, _same, _NUMBER)
MERCHANT = Part(_merchant, _same, {"type": "string", "pattern": "^[0-9]{1,6}$", "description": "a merchant's code"})
FLAG = Part(_flag, _same, {"type": "boolean"})
MUSIC = Part(_name, _same, {"type": "string", "description": "class of music on hold"})
