"""Reads JSON as strictly as PostgreSQL keeps it: no NUL, no half surrogates, no NaN, no depth that breaks a stack."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, MultiPartParser

DEEPEST = 40
LONGEST_NUMBER = 40  # digits


class StrictJson(BaseParser):
    """application/json, in UTF-8."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. Raises ParseError with the place where it stops being JSON."""
        try:
            text = stream.read().decode("utf-8")
            value = json.loads(text, parse_constant=_refuse, parse_int=_whole, parse_float=_real)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"This is no JSON that can be kept: {error}") from error
        _check(value, 0)
        return value


class Upload(MultiPartParser):
    """multipart/form-data, for sound files."""


def _refuse(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(digits)


def _real(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return value


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise ParseError(f"This is nested more than {DEEPEST} levels deep.")
    match value:
        case str():
            if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise ParseError("A text holds a character that cannot be kept.")
        case dict():
            for name, inner in value.items():
                _check(name, depth)
                _check(inner, depth + 1)
        case list():
            for inner in value:
                _check(inner, depth + 1)
