"""Asks the database's own finders (migration 0009): ids of rows that have the terms of a question, the best first."""

from enum import Enum
from uuid import UUID

from django.db import connection

from tenants.terms import looser, question


class Finder(Enum):
    """What is looked for; each keeps to the tenant of the scope."""

    CUSTOMERS = "SELECT * FROM customers_found(%s::tsquery, %s)"
    ARTICLES = "SELECT * FROM articles_found(%s::tsquery, %s)"


def ranked(finder: Finder, text: str, most: int) -> list[UUID]:
    """Ids of rows with all that is asked; if none has all of it, of those with any of it. In the tenant's scope."""
    with connection.cursor() as cursor:
        for asked in (question(text), looser(text)):
            if asked:
                cursor.execute(finder.value, [asked, most])
                found = [key for key, _ in cursor.fetchall()]
                if found:
                    return found
    return []
