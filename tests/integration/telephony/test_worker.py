"""The jobs of this floor in a live worker: a process of its own, beside a client's system and a mail server.

Nothing is called here: the worker's own clock starts the jobs, and what they have done is seen from outside.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import orjson
import pytest
from django.db import connection

from seatline import clock
from seatline.env import ROOT
from telephony.core import facts as fact
from telephony.core.values import CallId, EndedBy, Outcome, TenantId
from telephony.journal.disk import Journal
from telephony.journal.queue_log_table import QueueLog
from telephony.journal.ship import ship
from telephony.lookups.models import Order
from telephony.lookups.services import set_system
from telephony.voicemail.models import Voicemail
from tenants.accounts.scope import operator_scope
from tests.builders.agents import a_session, an_agent
from tests.builders.post import Post
from tests.builders.telephony import a_queue
from tests.builders.tenants import a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0  # seconds


class Shop(BaseHTTPRequestHandler):
    """The client's system: takes orders, and remembers under which keys."""

    taken: ClassVar[list[tuple[str, dict]]] = []

    def do_POST(self) -> None:
        """An order."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.headers["Idempotency-Key"], orjson.loads(body)))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def shop() -> Iterator[int]:
    """Its port."""
    Shop.taken.clear()
    server = HTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def post() -> Iterator[Post]:
    server = Post()
    server.start()
    yield server
    server.stop()


@contextlib.contextmanager
def a_worker(folder, mail_port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`manage.py procrastinate worker` on the test's database; ended in good order, or killed."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = {
        **os.environ, "DATABASE_URL": urlunsplit(url), "SEATLINE_VAR": str(folder),
        "SEATLINE_MAIL_URL": f"smtp://127.0.0.1:{mail_port}", "SEATLINE_MAIL_FROM": "house@seatline.example",
    }  # fmt: skip
    command = (sys.executable, "manage.py", "procrastinate", "worker", "--concurrency", "2")
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def an_evening(tenant, journal) -> CallId:
    """A caller orders by keys and leaves a message."""
    call, at = CallId(uuid4()), clock.now()
    head = {"call": call, "tenant": TenantId(tenant.id), "at": at}
    journal.append(
        [
            fact.CallArrived(dialled="+862196968101", caller="02161234567", channel="c", **head, seq=1),
            fact.OrderConfirmed(
                node="order", key=f"{call}-order", system="shop", path="/orders", content={"article": "12"}, **head,
                seq=2,
            ),
            fact.MessageStarted(node="m", name=f"{call}-message", mail="desk@museum.example", **head, seq=3),
            fact.CallEnded(outcome=Outcome.VOICEMAIL, ended_by=EndedBy.CALLER, **head, seq=4),
            fact.MessageStored(name=f"{call}-message", seconds=8.0, peak_db=-9.0, size=9, **head, seq=5),
        ],
        [],
    )  # fmt: skip
    ship(journal)
    return call


def test_worker_posts_orders_mails_messages_and_writes_queue_log_by_its_own_clock(tmp_path, shop, post):
    with operator_scope():
        tenant = a_tenant()
        a_room()
        a_lease(tenant, starts_at=clock.now().replace(hour=0, minute=0), at=clock.now())
        a_queue(tenant)
        set_system(tenant, "shop", f"http://127.0.0.1:{shop}", inside=True)
        agent = an_agent(tenant, "1001")
        a_session(agent, at=clock.now())
    journal = Journal(tmp_path / "switch.sqlite3")
    call = an_evening(tenant, journal)
    journal.close()

    def done() -> bool:
        with operator_scope():
            delivered = Order.objects.filter(state=Order.State.DELIVERED).exists()
            mailed = Voicemail.objects.filter(mailed_at__isnull=False).exists()
            return delivered and mailed and QueueLog.objects.filter(event="ADDMEMBER", agent="1001").exists()

    with a_worker(tmp_path, post.port) as worker:
        end = time.monotonic() + PATIENCE
        while not done() and worker.poll() is None and time.monotonic() < end:
            time.sleep(0.5)
        assert done(), (tmp_path / "worker.log").read_text()[-3000:]
    assert worker.returncode == 0, "it goes down in good order"
    assert Shop.taken == [(f"{call}-order", {"article": "12"})], "posted once"
    (mail,) = post.mails
    told = message_from_bytes(mail, policy=default)
    assert (told["To"], told["From"]) == ("desk@museum.example", "house@seatline.example")
    assert "02161234567" in str(told["Subject"])
