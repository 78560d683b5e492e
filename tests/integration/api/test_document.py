"""The description: whole, without outside addresses, and README's lines answer as they stand there."""

import json
import re
import shlex

import pytest

from seatline.api.docs import description
from seatline.api.urls import router
from seatline.env import ROOT
from tenants.accounts.rights import Right

pytestmark = pytest.mark.django_db


def test_document_is_openapi_3_1_and_complete(client):
    document = client.get("/api/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    for prefix, resource, _ in router.registry:
        assert any(path.startswith(f"/api/v1/{prefix}") for path in document["paths"]), resource


def test_every_operation_says_what_it_does_and_which_right_opens_it():
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], f"{method} {path}"
            assert operation.get("x-right") in {right.value for right in Right} or operation["operationId"] in {
                "me", "flow_schema",
            }, f"{method} {path}"  # fmt: skip
            assert "application/problem+json" in operation["responses"]["404"]["content"]


def test_every_action_of_a_resource_names_its_right():
    """An action that names none is closed; one that is named and not there is a typing error."""
    for _, resource, _ in router.registry:
        own = {action.__name__ for action in resource.get_extra_actions()}
        own |= {name for action in resource.get_extra_actions() for name in action.mapping.values()}
        common = {
            name for name in ("list", "retrieve", "create", "partial_update", "destroy") if hasattr(resource, name)
        }
        assert set(resource.rights) == own | common, resource


def test_page_to_read_loads_nothing_from_anywhere(client):
    page = client.get("/api/v1/").content.decode()

    assert "queues_partial_update" in page
    assert not re.search(r"<(?:script|link|img|iframe|object)\b|@import|url\(|src=", page)
    assert re.findall(r'href="(?!#)([^"]*)"', page) == ["openapi.json"]


def readme_lines() -> list[list[str]]:
    """The curl commands of README's section, as a shell would take them apart."""
    text = (ROOT / "README.md").read_text()
    return [shlex.split(line) for line in re.findall(r"^ {4}(curl .*)$", text, re.M) if "${url}" in line]


def test_lines_of_readme_work(museum):
    lines = readme_lines()
    assert len(lines) == 3
    for words in lines:
        path = next(word for word in words if word.startswith("${url}")).removeprefix("${url}")
        body = words[words.index("--json") + 1] if "--json" in words else None
        headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
        assert headers.pop("Authorization") == "Bearer $key"
        answer = museum.program.post(path, json.loads(body), **headers) if body else museum.program.get(path, **headers)
        assert answer.status_code in {200, 201}, (path, answer.content)
