"""Lists on tenants' pages: fifty rows, and whether there are more."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

AT_ONCE = 50
FURTHEST = 2000  # pages; who looks further than that looks for something, and asks


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the numbers of the pages before and after; None: there is none."""

    rows: list[Any]
    before: int | None
    after: int | None


def page_of(rows: QuerySet[Any], request: HttpRequest) -> Page:
    """The page that the address asks for with `page`; the first one for anything that is no number."""
    text = request.GET.get("page", "")
    number = min(int(text), FURTHEST) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    number = max(number, 1)
    start = (number - 1) * AT_ONCE
    found = list(rows[start : start + AT_ONCE + 1])
    return Page(found[:AT_ONCE], number - 1 if number > 1 else None, number + 1 if len(found) > AT_ONCE else None)
