"""A web as it runs for people: uvicorn, logged in to the test database as `seatline_app`, seen through Chromium.

The web has the rights of production, so a page that asks for more than its role is granted fails here.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from playwright.sync_api import Browser, Page, sync_playwright

from billing.contracts.models import Contract
from billing.invoices.services import refresh_drafts
from seatline import clock
from tenants.accounts.models import Tenant, User
from tenants.accounts.scope import finance_scope, operator_scope
from tests.builders.agents import an_agent
from tests.builders.billing import a_contract
from tests.builders.tenants import a_lease, a_number, a_room, a_tenant

# Playwright's sync API keeps an event loop in this thread, and Django would refuse its database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
PASSWORD = "a-long-enough-password"
ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="session", autouse=True)
def content_types_keep_their_numbers():
    """Between tests all tables are emptied; the web, which runs on, remembers the numbers of content types."""
    plain = DatabaseOperations.sql_flush

    def sql_flush(self, style, tables, **options):
        return plain(self, style, [one for one in tables if one != "django_content_type"], **options)

    DatabaseOperations.sql_flush = sql_flush
    yield
    DatabaseOperations.sql_flush = plain


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; nothing is downloaded."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def _app_url(name: str) -> str:
    """The test database's address with the web's own login."""
    parts = urlsplit(os.environ.get("SEATLINE_TEST_APP_URL") or os.environ["DATABASE_URL"])
    return parts._replace(path="/" + quote(name)).geturl()


@pytest.fixture(scope="session")
def web(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    """The address of a web that runs for the whole session."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("web")
    environment = {**os.environ, "DATABASE_URL": _app_url(name), "SEATLINE_VAR": str(folder)}
    manage = [sys.executable, "manage.py"]
    for po in (po for where in settings.LOCALE_PATHS for po in Path(where).rglob("*.po")):
        subprocess.run(["msgfmt", "-o", str(po.with_suffix(".mo")), str(po)], check=True)
    subprocess.run([*manage, "collectstatic", "--noinput"], cwd=ROOT, env=environment, check=True, capture_output=True)
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "uvicorn", "seatline.asgi:application", "--host", "127.0.0.1",
                "--port", str(port), "--lifespan", "off", "--ws", "none", "--timeout-graceful-shutdown", "2",
            ],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{base}/readyz", process)
        yield base
    finally:
        process.terminate()
        process.wait(15)
        with django_db_blocker.unblock():
            _leave_the_database_alone()


def _leave_the_database_alone() -> None:
    """Close what Django opened within Playwright's event loop: it knows those connections only there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    connection.close()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the web does not answer at {url}")


@pytest.fixture
def people(transactional_db) -> dict[str, User]:
    """One person of operations, two of finance."""
    made = {}
    with operator_scope():
        for name, group in (("operator", "operations"), ("finance", "finance"), ("finance2", "finance")):
            user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
            user.groups.add(Group.objects.get(name=group))
            made[name] = user
    return made


@pytest.fixture
def museum(people) -> Tenant:
    """A tenant that has leased five of ten seats, with a contract and drafts up to now."""
    with operator_scope():
        tenant = a_tenant(name="City Museum", name_zh="城市博物馆")
        a_room(10)
        a_number()
        a_lease(tenant, 5)
        an_agent(tenant, pin="")
    with finance_scope():
        a_contract(tenant)
        refresh_drafts(Contract.objects.get(), clock.now())
    return tenant


@pytest.fixture
def enter(browser, web):
    """Opens the admin as somebody, in a browser context of its own; nothing may come from elsewhere or break."""
    contexts, trouble = [], []

    def open_as(name: str, language: str = "en") -> Page:
        context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=web)
        context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": web}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("request", lambda request: None if _ours(request.url, web) else trouble.append(request.url))
        page.goto("/admin/")
        page.fill("#id_username", name)
        page.fill("#id_password", PASSWORD)
        page.press("#id_password", "Enter")
        page.wait_for_url("**/admin/")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not trouble


def _ours(url: str, web: str) -> bool:
    return url.startswith((web, "data:", "blob:"))
