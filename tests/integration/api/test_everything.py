"""Schemathesis tries every operation with what nobody meant: as a tenant's program, as the operator's, as finance, as a
stranger. No 5xx, no answer that contradicts the document, nothing of the neighbour's.

Bounded for the ordinary suite; with API_EXAMPLES=100 in the environment each operation is tried a hundred times.
"""

import os
from collections.abc import Callable

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test.utils import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tenants.accounts.rights import Kind
from tenants.accounts.scope import operator_scope
from tests.builders.api import a_key
from tests.builders.billing import a_finance_user
from tests.builders.two_sides import Side, a_side

EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def connection_stays_open():
    """Requests of a server close connections that are old; these share the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def sides(db, tmp_path):
    with override_settings(VAR=tmp_path / "var", API_RATES={"known": None, "stranger": None}):
        yield a_side("museum", 1, tmp_path), a_side("harbour", 2, tmp_path)


def a_finance_key() -> str:
    with operator_scope():
        person = a_finance_user("accountant")
    return a_key(kind=Kind.FIN, person=person)


CALLERS: dict[str, Callable[[Side], str]] = {
    "a tenant": lambda side: side.key,
    "finance": lambda side: a_finance_key(),
    "a stranger": lambda side: "",
    "the operator": lambda side: a_key(),  # last: it may suspend and end what the others ask for
}


def test_every_operation_keeps_its_word(sides):
    museum, harbour = sides
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    operations = [found.ok() for found in document.get_all_operations()]
    troubles = {}
    for who, key_of in CALLERS.items():
        key = key_of(museum)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        canary = harbour.canary if who in {"a tenant", "a stranger"} else None
        answers = set()
        for operation in operations:
            try:
                answers |= tried(operation, headers, museum, canary, EXAMPLES if key else 1)
            except (Exception, BaseExceptionGroup) as error:
                told = f"{error!r} {getattr(error, 'exceptions', '')}"[:1500]
                troubles[f"{operation.definition.raw['operationId']} by {who}"] = told
        assert answers <= {401, 404} if not key else {200, 404} <= answers, (who, answers)
    assert not troubles, "\n\n".join(f"{name}: {text}" for name, text in troubles.items())


def tried(operation, headers: dict[str, str], own: Side, canary: str | None, examples: int) -> set[int]:
    """Ask the operation for what its description allows and for what it does not; the statuses of the answers."""
    statuses = set()
    resource = operation.path.removeprefix("/api/v1/").split("/")[0]
    modes = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE])

    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data(), modes, st.booleans())
    def once(data, mode, on_own_row):
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if on_own_row and "{id}" in operation.path and isinstance(case.path_parameters, dict):
            case.path_parameters |= {name: own.ids[name] for name in case.path_parameters if name in own.ids}
            case.path_parameters["id"] = own.ids.get(resource, case.path_parameters.get("id"))
        response = case.call(headers=headers)
        statuses.add(response.status_code)
        assert canary is None or canary.encode() not in response.content
        case.validate_response(response, checks=CHECKS)

    once()
    return statuses
