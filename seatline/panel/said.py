"""Refusals in the language of the screen.

An error's docstring is its message (`seatline.errors`), so the docstring is also what the catalogues of `locale/`
translate; a test sees to it that each has its Chinese sentence.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from django.utils import timezone
from django.utils.translation import gettext

from seatline.errors import SeatlineError


@runtime_checkable
class Sayable(Protocol):
    """A detail that is itself made of sentences, such as all that is wrong with a form."""

    def said(self, translate: Callable[[str], str]) -> str:
        """In the language that `translate` translates into."""


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def sentence(kind: type[SeatlineError]) -> str:
    """The message of an error in English, with its placeholders: the key of the catalogues."""
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())


def said(error: SeatlineError) -> str:
    """The error's message for the person at the screen, instants in the operator's time zone."""
    return gettext(sentence(type(error))).format_map(_Shown(_readable(error.details)))


def said_later(kept: str, details: Mapping[str, object]) -> str:
    """An error that was kept as its sentence and its details, for whoever reads it now."""
    return gettext(kept).format_map(_Shown(_readable(details))) if kept else ""


def _readable(details: Mapping[str, object]) -> dict[str, object]:
    return {name: _one(name, value) for name, value in details.items()}


def _one(name: str, value: object) -> object:
    if isinstance(value, Sayable):
        return value.said(gettext)
    if isinstance(value, str) and name.endswith("_at"):
        # PostgreSQL's triggers hand instants over as text.
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if timezone.is_aware(value) else str(value)
    return value.isoformat() if isinstance(value, date) else value
