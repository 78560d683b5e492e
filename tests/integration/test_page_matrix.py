"""The neighbour's walk through the pages: every address of the house, in every role of a tenant's people.

The addresses come from the resolver, and one whose parts are not in `FILLED` fails: a new page is attacked from its
first day on. The operations of the API have their own attack: `api/test_neighbour.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from seatline.ids import new_id
from tenants.accounts.models import Membership, User
from tenants.accounts.scope import operator_scope
from tests.builders.agents import PIN
from tests.builders.fingerprints import fingerprint
from tests.builders.two_sides import Side, a_side

pytestmark = pytest.mark.django_db

# What stands in an address, and which of a side's ids belongs there.
FILLED = {
    "document_id": "invoices", "entity_id": "entities", "call_id": "calls", "flow_id": "flows", "prompt_id": "prompts",
    "trial_id": "flow-trials", "recording_id": "recordings", "message_id": "voicemail", "export_id": "exports",
    "fapiao_id": "fapiao", "file_id": "contract-files", "request_id": "call-requests", "kiosk_id": "kiosks",
    "customer_id": "customers", "case_id": "cases", "article_id": "articles", "script_id": "scripts",
    "merge_id": "customer-merges", "import_id": "customer-imports", "type_id": "case-types",
    "line_id": "lines", "share_id": "shares", "tenant_id": "tenants", "work_import:key": "customer-imports",
    "work_undo:key": "customer-merges", "work_customer:key": "customers", "work_merge:key": "customers",
    "work_case_type:key": "case-types", "work_case:key": "cases", "work_article:key": "articles",
    "work_script:key": "scripts", "desk_case:key": "cases",
    "desk_draft:key": "cases", "desk_script:key": "scripts", "work_script_answers:key": "scripts",
}  # fmt: skip
# Parts that are nobody's.
PLAIN = {
    "kind": "pdf", "seen": "1", "currency": "CNY", "name": "start", "language": "en", "version": "1",
    "token": "nobodys-token",
    "app_label": "tenants", "url": "nowhere",
}  # fmt: skip
# Streams are asked for what they show by their own tests.
NEVER_END = {"stream"}
READING, WRITING, ODD = ("GET",), ("POST",), ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Page:
    """One address with its parts."""

    route: str
    name: str
    parts: tuple[str, ...]

    def filled(self, ids: dict[str, str], code: str) -> str:
        """The address with one side's ids."""
        values = {part: _value(self, part, ids, code) for part in self.parts}
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], self.route)


def _value(page: Page, part: str, ids: dict[str, str], code: str) -> str:
    if part == "code":
        return code
    if part in ("object_id", "content_type_id"):
        return ids[_model_of(page)]
    return PLAIN.get(part) or ids[resource(page, part)]


def resource(page: Page, part: str) -> str:
    """What the part of an address names; empty if nobody has said."""
    return FILLED.get(f"{page.name}:{part}", FILLED.get(part, ""))


def _model_of(page: Page) -> str:
    """The table of an admin's address, as `admin/app/model/…`."""
    words = page.route.split("/")
    return f"{words[1]}.{words[2]}" if len(words) > 2 and words[0] == "admin" else ""


def pages(resolver: URLResolver | None = None, before: str = "") -> Iterator[Page]:
    """Every address but the API's."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from pages(one, route)
        elif isinstance(one, URLPattern) and not route.startswith("api/"):
            plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", route).replace("^", "").replace("$", "")
            yield Page(plain, one.name or "", tuple(re.findall(r"<(?:\w+:)?(\w+)>", plain)))


PAGES = [page for page in pages() if page.name not in NEVER_END]
OURS = [page for page in PAGES if not page.route.startswith("admin/")]
ADMINS = [page for page in PAGES if page.route.startswith("admin/")]


@pytest.fixture
def sides(db, tmp_path, settings) -> tuple[Side, Side]:
    settings.VAR = tmp_path / "var"
    return a_side("museum", 1, tmp_path), a_side("harbour", 2, tmp_path)


def ids_of(side: Side) -> dict[str, str]:
    """Of all that stands in an address: the side's own, the admin's by table, and of what it has none a random one."""
    names = set(FILLED.values()) | {_model_of(page) for page in ADMINS} | {""}
    return {**{name: str(new_id()) for name in names}, **_rows(side), **side.ids}


def _rows(side: Side) -> dict[str, str]:
    """A row of this tenant in each of its tables, by `app.model`."""
    found = {}
    for model in apps.get_models():
        if "tenant_id" not in {field.attname for field in model._meta.concrete_fields}:
            continue
        with connection.cursor() as cursor:  # the owner of the tables, in the tenant's own rows
            cursor.execute("select set_config('app.tenant', %s, true), set_config('role', 'seatline_ops', true)",
                           [str(side.tenant.pk)])  # fmt: skip
            cursor.execute("select has_table_privilege(%s, 'select')", [model._meta.db_table])
            if cursor.fetchone()[0]:
                key = model._meta.pk.column
                cursor.execute(
                    f"select {key} from {model._meta.db_table} where tenant_id = %s limit 1", [side.tenant.pk]
                )
                if row := cursor.fetchone():
                    found[model._meta.label_lower] = str(row[0])
            cursor.execute("select set_config('app.tenant', '', true), set_config('role', 'none', true)")
    return found


def random_ids(ids: dict[str, str]) -> dict[str, str]:
    return {name: str(uuid4()) for name in ids}


def person(side: Side, role: str) -> Client:
    """A browser of one of the tenant's people."""
    with operator_scope():
        user = User.objects.create(username=f"{role}-of-{side.tenant.code}")
        Membership.objects.create(tenant=side.tenant, user=user, role=role)
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def leaver(side: Side) -> Client:
    """A browser whose person has left while it was open."""
    browser = person(side, "supervisor")
    with operator_scope():
        User.objects.filter(username=f"supervisor-of-{side.tenant.code}").update(is_active=False)
    return browser


def agent(side: Side) -> Client:
    """A browser at the desk."""
    browser = Client(raise_request_exception=False)
    came = browser.post("/desk/login/", {"number": "1001", "pin": PIN})
    assert came.status_code == 302, came.content
    return browser


def told(answer: Any, hide: tuple[str, ...]) -> tuple[int, str]:
    """Status, headers and body, without what may differ: ids that were asked for, and marks against forgery."""
    body = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content
    text = f"{sorted(answer.headers.items())} {body.decode(errors='replace')}"
    text = re.sub(r"csrfmiddlewaretoken\W+value=\W*[\w]+|nonce\W+[\w-]+", "MARK", text)
    for word in hide:
        text = text.replace(word, "ID")
    return answer.status_code, re.sub(r"\('Content-Length', '\d+'\)|seatline-request-id\W+[\w-]+", "", text)


class Walk:
    """One role of the museum's people who asks for what is the harbour's."""

    def __init__(self, museum: Side, harbour: Side) -> None:
        self.museum, self.harbour = museum, harbour
        self.theirs = ids_of(harbour)
        self.nobodys = random_ids(self.theirs)
        self.wrong: dict[str, object] = {}

    def look(self, browser: Client, page: Page, methods: tuple[str, ...], who: str) -> None:
        """Ask for the neighbour's, below the neighbour's code and below the own; note what tells of it."""
        for code, nobody in {
            self.harbour.tenant.code: "nobody",
            self.museum.tenant.code: self.museum.tenant.code,
        }.items():
            own = code == self.museum.tenant.code
            if own and set(page.parts) <= {"code"}:
                continue  # nothing of the neighbour is asked for
            for method in methods:
                theirs, random = page.filled(self.theirs, code), page.filled(self.nobodys, nobody)
                answer = told(browser.generic(method, theirs), (*self.theirs.values(), code))
                other = told(browser.generic(method, random), (*self.nobodys.values(), nobody))
                shows = self.harbour.canary in answer[1] or str(self.harbour.tenant.pk) in answer[1]
                if shows or answer[0] >= 500 or (page.parts and answer != other):
                    self.wrong[f"{who} {method} {theirs}"] = (answer[0], other[0], "shows" if shows else "differs")


def test_every_address_can_be_filled(sides):
    ids = ids_of(sides[1])
    known = {*PLAIN, "code", "object_id", "content_type_id"}
    unknown = {
        page.route: [part for part in page.parts if part not in known and not resource(page, part)] for page in PAGES
    }
    assert {route: parts for route, parts in unknown.items() if parts} == {}, "say whose these are in FILLED or PLAIN"
    without = {resource(page, part) for page in PAGES for part in page.parts} - {""} - set(sides[1].ids)
    assert without <= {"entities", "call-requests", "kiosks", "lines", "shares"}, (
        "give both sides such rows, in tests/builders/two_sides.py"
    )
    for page in PAGES:
        page.filled(ids, "harbour")


def test_own_pages_show_what_is_ones_own(sides):
    """The walk is worth something only if the same pages show a tenant's people their own."""
    museum = sides[0]
    ids, owner = ids_of(museum), person(museum, "owner")
    shown = {}
    for page in OURS:
        if page.route.startswith("t/<slug:code>"):
            answer = owner.get(page.filled(ids, "museum"))
            shown[page.route] = (answer.status_code, museum.canary in told(answer, ())[1])
    assert {code for code, _ in shown.values()} <= {200, 302, 403, 404, 405}
    assert sum(code == 200 for code, _ in shown.values()) >= 3
    assert any(canary for _, canary in shown.values())


def test_no_page_tells_a_tenants_people_of_the_neighbour(sides):
    walk = Walk(*sides)
    before = fingerprint(walk.harbour.tenant.pk)
    browsers = {
        "nobody": Client(raise_request_exception=False), "owner": person(walk.museum, "owner"),
        "finance": person(walk.museum, "finance"), "leaver": leaver(walk.museum), "agent": agent(walk.museum),
    }  # fmt: skip
    for who, browser in browsers.items():
        for page in OURS:
            if "logout" not in page.route:
                walk.look(browser, page, READING + WRITING + (ODD if who == "owner" else ()), who)
    assert walk.wrong == {}
    assert fingerprint(walk.harbour.tenant.pk) == before


def test_no_page_of_the_admin_opens_to_a_tenants_people(sides):
    walk = Walk(*sides)
    before = fingerprint(walk.harbour.tenant.pk)
    owner = person(walk.museum, "owner")
    for page in ADMINS:
        if "logout" in page.route:
            continue
        for method in READING + WRITING:
            answer = owner.generic(method, page.filled(walk.theirs, "harbour"))
            if answer.status_code not in {302, 403, 404, 405} and page.name not in {"login", "jsi18n"}:
                walk.wrong[f"{method} {page.route}"] = answer.status_code
            if walk.harbour.canary in told(answer, ())[1]:
                walk.wrong[f"{method} {page.route}"] = "shows"
    assert walk.wrong == {}
    assert fingerprint(walk.harbour.tenant.pk) == before


def test_lists_of_the_own_pages_are_deaf_to_the_neighbours_name(sides):
    museum, harbour = sides
    owner, ids = person(museum, "owner"), ids_of(museum)
    asked = {"tenant": "harbour", "tenant_id": str(harbour.tenant.pk), "q": harbour.canary, "search": harbour.canary}
    wrong = {}
    for page in OURS:
        if not page.route.startswith("t/<slug:code>") or page.parts != ("code",):
            continue
        address = page.filled(ids, "museum")
        if owner.get(address).status_code == 200:
            for query in asked.items():
                # The page may say again what was asked for; the neighbour's own texts go on after the canary.
                if f"{harbour.canary} " in told(owner.get(address, dict([query])), ())[1]:
                    wrong[page.route] = query
    assert wrong == {}
