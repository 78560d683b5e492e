"""From a refusal of PostgreSQL to the condition that a service can name."""

import json
from typing import Any

from django.db import IntegrityError


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that refused; empty if PostgreSQL named none."""
    return str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or "")


def details(error: IntegrityError) -> dict[str, Any]:
    """What one of our own triggers put into the DETAIL field as JSON; empty for PostgreSQL's own refusals."""
    text = getattr(getattr(error.__cause__, "diag", None), "message_detail", None) or ""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
