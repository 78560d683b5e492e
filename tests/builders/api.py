"""Programs that use the API: keys with good defaults, and a client that speaks as one of them."""

from collections.abc import Iterable
from typing import Any

from django.test import Client

from seatline import clock
from tenants.accounts.models import Tenant, User
from tenants.accounts.rights import Kind, Right
from tenants.accounts.scope import operator_scope
from tenants.keys.callers import given
from tenants.keys.services import make_key


def a_key(
    tenant: Tenant | None = None,
    kind: Kind | None = None,
    rights: Iterable[Right] | None = None,
    *,
    person: User | None = None,
    **fields: Any,
) -> str:
    """The text of a key with all rights that a key may hold; without a tenant it is the operator's."""
    kind = kind or (Kind.TENANT if tenant else Kind.OPS)
    wanted = set(given(kind) if rights is None else rights)
    if rights is None and person is None:
        wanted.discard(Right.BILLING_WRITE)
    with operator_scope():
        return make_key(tenant, kind, "a program", wanted, **{"at": clock.now(), "person": person, **fields}).text


class Program:
    """Asks the API with a key. Paths begin after /api/v1/."""

    def __init__(self, key: str = "", **headers: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **headers}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        """GET."""
        return self.client.get(f"/api/v1/{path}", query, headers={**self.headers, **headers})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """POST, PUT, PATCH or DELETE, with JSON."""
        return self.client.generic(
            method, f"/api/v1/{path}", _json(body), "application/json", headers={**self.headers, **headers}
        )

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST."""
        return self.send("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """PATCH."""
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        """PUT."""
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        """DELETE."""
        return self.client.delete(f"/api/v1/{path}", headers={**self.headers, **headers})


def _json(body: Any) -> bytes:
    import json

    return b"" if body is None else json.dumps(body).encode()
