"""The stream on a web that runs as in production: browsers that vanish are forgotten, a stop ends all within 3 s."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from seatline.env import ROOT
from seatline.stream.publish import publish
from tenants.accounts.models import Membership, User
from tenants.accounts.scope import operator_scope, telephony_scope
from tests.builders.tenants import a_tenant


def a_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until(true: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it has not come to pass"
        time.sleep(0.05)


def answers(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.read().decode()
    except OSError:
        return ""


@pytest.fixture
def web(transactional_db, tmp_path):
    """A web of its own, with the port of its figures."""
    database = connection.settings_dict
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{database['NAME']}"
    port, figures = a_free_port(), a_free_port()
    environment = {
        **os.environ, "DATABASE_URL": url, "SEATLINE_VAR": str(tmp_path), "SEATLINE_METRICS_PORT": str(figures)
    }  # fmt: skip
    process = subprocess.Popen(
        [
            sys.executable, "-m", "uvicorn", "seatline.asgi:application", "--host", "127.0.0.1", "--port", str(port),
            "--lifespan", "off", "--ws", "none", "--timeout-graceful-shutdown", "2", "--log-level", "warning",
        ],
        cwd=ROOT, env=environment,
    )  # fmt: skip
    try:
        until(lambda: process.poll() is not None or "ready" in answers(f"http://127.0.0.1:{port}/readyz"))
        yield process, port, figures
    finally:
        process.kill()
        process.wait(10)


def test_streams_end_with_their_browsers_and_with_the_web(web):
    process, port, figures = web
    with operator_scope():
        tenant, user = a_tenant(), User.objects.create_user("li")
        Membership.objects.create(tenant=tenant, user=user, role="supervisor")
    client = Client()
    client.force_login(user)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"
    asks = f"GET /stream/?topic={tenant.pk}/floor HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()

    def streams() -> float:
        found = re.search(r"^seatline_web_streams (\S+)$", answers(f"http://127.0.0.1:{figures}/metrics"), re.M)
        return float(found[1]) if found else -1

    def listen() -> socket.socket:
        browser = socket.create_connection(("127.0.0.1", port), timeout=10)
        browser.sendall(asks)
        return browser

    with closing(listen()) as stays:
        for _ in range(5):
            listen().close()  # before a byte of the answer has come
        leaves = listen()
        until(lambda: streams() == 2)
        leaves.close()
        until(lambda: streams() == 1)

        heard = stays.recv(65536)
        assert b"text/event-stream" in heard
        assert b"x-accel-buffering: no" in heard.lower()
        with telephony_scope():
            publish(tenant.pk, "floor", "calls", ["one"])
        while b'"kind":"calls","ids":["one"]' not in heard:
            heard += stays.recv(65536)

        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        while stays.recv(65536):
            pass
        process.wait(10)
        assert time.monotonic() - begin < 3.5
