"""Who acts: known from the request or the command on, so that services need not hand it down.

A service that writes to the operation log asks here. Outside any request it is the house itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Actor:
    """`kind` is person, key or house; `name` the login, the key's name or the command; `address` the IP address."""

    kind: str
    name: str
    address: str = ""

    def __str__(self) -> str:
        return self.name if self.kind == "person" else f"{self.kind} {self.name}".strip()


HOUSE = Actor("house", "")
_current: ContextVar[Actor] = ContextVar("seatline_actor", default=HOUSE)


def current_actor() -> Actor:
    """Who acts now."""
    return _current.get()


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Within it, `actor` acts."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)


class ActorMiddleware:
    """The person of the session acts in the request; must come after the authentication of sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Behind a proxy of ours the server puts the caller's address here (uvicorn --forwarded-allow-ips): a header
        # that anybody may send is not believed.
        address = request.META.get("REMOTE_ADDR", "")
        name = request.user.get_username() if request.user.is_authenticated else ""
        with acting(Actor("person", name, address)):
            return self.get_response(request)
