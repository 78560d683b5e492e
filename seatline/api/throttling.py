"""How often somebody may ask. Counted per key or person, and per address for strangers; kept in the web's memory.

One process serves the web (docs/adr/0024), so its memory is the one place where requests are counted; a restart
forgets a minute. Limits protect the machine, not secrets: a key's 256 bits are guessed by nobody.
"""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView


class Limit(SimpleRateThrottle):
    """Requests a minute, by who asks."""

    scope = "known"

    def get_rate(self) -> str | None:
        """As the settings say."""
        rate: str | None = settings.API_RATES[self.scope]
        return rate

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """Each key and each person for itself."""
        caller: Any = request.auth
        return f"api:{caller.label}"


class StrangersLimit(Limit):
    """Requests a minute of an address without a key or session that is in force."""

    scope = "stranger"

    def get_cache_key(self, request: Request, view: APIView) -> str | None:
        """By address."""
        return f"api:stranger:{self.get_ident(request)}"
