"""Who asks: a program with `Authorization: Bearer sl_…`, or a person with the session of the browser and CSRF.

After it `request.auth` is the `Caller`, and `request.user` the person, or a `Program` that no account stands behind.
"""

from dataclasses import dataclass

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from seatline import clock
from tenants.accounts.models import User
from tenants.keys.callers import Caller, KeyRefused, caller_of_key, caller_of_person

#: Chooses among the memberships of a person who works for several tenants; opens none that the person has not.
TENANT_HEADER = "Seatline-Tenant"


@dataclass(frozen=True, slots=True)
class Program:
    """A user for the framework: somebody who is known and has no account."""

    caller: Caller
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def pk(self) -> str:
        """For limits by user."""
        return self.caller.label


class KeyAuthentication(BaseAuthentication):
    """By API key."""

    def authenticate(self, request: Request) -> tuple[Program, Caller] | None:
        """The caller of the header; None without one. Raises KeyRefused."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer":
            raise KeyRefused
        caller = caller_of_key(text.strip(), clock.now())
        return Program(caller), caller

    def authenticate_header(self, request: Request) -> str:
        """Makes the answer to a stranger a 401."""
        return 'Bearer realm="seatline"'


class PersonAuthentication(SessionAuthentication):
    """By session; what changes something needs the CSRF token too."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """The caller behind the session; None without one. Raises what `caller_of_person` raises."""
        found = super().authenticate(request)
        if found is None:
            return None
        user = found[0]
        assert isinstance(user, User)
        return user, caller_of_person(user, request.headers.get(TENANT_HEADER, ""))
