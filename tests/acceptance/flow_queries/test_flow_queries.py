"""Queries and orders by keys: a client's system is asked, a PIN checked, an order placed, on a real Asterisk.

The client's prompts are tones, also for the parts of which values are said: what the caller hears is known by them.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from seatline.house.caller import CallerResult
from tests.acceptance.rig import Rig
from tests.acceptance.sound import seconds_of_tone, write_tone
from tests.acceptance.world import SECOND, Client, a_client, facts_of, keys, wait_for_plan

SECRET, PIN, WRONG = "the-shop-knows-us", "938271", "640955"
FIVE, YUAN, DONE, SORRY, LOCKED = 860, 910, 960, 1010, 1060  # hertz
TONES = {"say-5": FIVE, "say-yuan": YUAN, "done": DONE, "sorry": SORRY, "locked": LOCKED}
END = {"kind": "finish", "outcome": "informed"}
SHOP = {
    "start": "ask",
    "nodes": {
        "ask": {"kind": "digits", "say": ["greeting"], "into": "article", "next": "look", "otherwise": "sorry"},
        "look": {
            "kind": "lookup", "system": "shop", "path": "/articles/{article}", "take": {"price": "price.amount"},
            "found": "pin", "missing": "sorry", "failed": "sorry",
        },
        "pin": {
            "kind": "pin", "say": ["greeting"], "say_pin": ["greeting"], "into": "account", "system": "shop",
            "path": "/pin", "next": "order", "otherwise": "sorry",
        },
        "order": {
            "kind": "order", "say": [{"value": "price", "as": "amount"}], "system": "shop", "path": "/orders",
            "send": {"article": "{article}", "account": "{account}"}, "next": "done", "cancelled": "sorry",
            "otherwise": "sorry",
        },
        "done": {**END, "say": ["done"]},
        "sorry": {**END, "say": ["sorry"]},
    },
}  # fmt: skip
TABLE = {
    "start": "pin",
    "nodes": {
        "pin": {
            "kind": "pin", "say": ["greeting"], "say_pin": ["greeting"], "into": "account", "table": "accounts",
            "most": 2, "take": {"price": "balance"}, "next": "told", "otherwise": "sorry", "locked": "locked",
        },
        "told": {**END, "say": [{"value": "price", "as": "amount"}]},
        "sorry": {**END, "say": ["sorry"]},
        "locked": {**END, "say": ["locked"]},
    },
}  # fmt: skip


class Shop(ThreadingHTTPServer):
    """The client's system; the answer to its first order is lost on the way."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.asked: list[tuple[str, str, str, Any]] = []
        self.orders: dict[str, Any] = {}
        self.silent = threading.Event()
        self.go_on = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Desk(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        self._note(None)
        if self.server.silent.is_set():
            self.server.go_on.wait(10)
        self._answer(200, {"price": {"amount": 5}} if self.path == "/api/articles/12" else {})

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._note(body)
        if self.path == "/api/pin":
            self._answer(200 if body == {"account": "77", "pin": PIN} else 403, {})
            return
        key = self.headers["Idempotency-Key"]
        first = key not in self.server.orders
        self.server.orders.setdefault(key, []).append(body) if first else None
        if first:
            self.close_connection = True
            self.connection.close()
            return
        self._answer(200, {})

    def _note(self, body: Any) -> None:
        self.server.asked.append((self.command, self.path, self.headers.get("X-Key", ""), body))

    def _answer(self, status: int, body: Any) -> None:
        content = orjson.dumps(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """The client's system, on loopback."""
    server = Shop()
    yield server
    server.go_on.set()
    server.shutdown()
    server.server_close()


def a_querying_client(rig: Rig, code: str, definition: dict[str, Any], shop: Shop | None = None) -> Client:
    """A client with its tones, its system and its table."""
    from seatline.clock import now
    from telephony.lookups.services import set_row, set_system
    from telephony.plans.models import Flow
    from telephony.plans.services import plan_changed, publish_flow, save_draft, set_prompt
    from tenants.accounts.models import Tenant
    from tenants.accounts.scope import operator_scope

    client = a_client(rig, code)
    with operator_scope():
        tenant = Tenant.objects.get(code=code)
        for name, hertz in TONES.items():
            tone = write_tone(rig.var / "sounds" / "prompts" / f"{hertz:08x}.wav", hertz, 0.6)
            set_prompt(tenant, name, "en", "A tone.", sha=tone.stem, source="upload")
        if shop is not None:
            url = f"http://127.0.0.1:{shop.server_port}/api"
            set_system(tenant, "shop", url, header="X-Key", secret=SECRET, inside=True)
        set_row(tenant, "accounts", "77", {"balance": "5"}, pin=PIN)
        flow = Flow.objects.get(tenant=tenant, code="service")
        save_draft(flow, definition)
        publish_flow(flow, now())
        plan_changed()
    wait_for_plan(rig)
    return client


@pytest.fixture(scope="module")
def client(rig: Rig, shop: Shop) -> Client:
    """A mail-order house."""
    return a_querying_client(rig, "mailorder", SHOP, shop)


def heard(result: CallerResult) -> Path:
    """What the caller heard."""
    assert result.heard is not None
    return result.heard


def places_of(rig: Rig, secret: str) -> list[str]:
    """Files of logs, journal and ledger in which these digits are."""
    from telephony.journal.models import LedgerEntry
    from tenants.accounts.scope import operator_scope

    logs = [path for path in rig.folder.rglob("*") if path.is_file() and path.suffix not in (".wav", ".raw", ".al")]
    ours = [path for path in logs if "calls" not in path.parts and "sounds" not in path.parts]  # callers know their PIN
    assert any("log" in path.parts for path in ours)
    assert any(path.suffix == ".sqlite3" for path in ours)
    found = [str(path) for path in ours if secret.encode() in path.read_bytes()]
    with operator_scope():
        found += [f"ledger {entry}" for entry in LedgerEntry.objects.all() if secret in str(entry.body)]
    return found


def test_caller_asks_gives_the_pin_and_orders_although_the_line_drops(rig: Rig, shop: Shop, client: Client) -> None:
    """The price is spoken, the order is posted until it has arrived and is one; the PIN is nowhere."""
    from seatline.clock import now
    from telephony.lookups.models import Order
    from telephony.lookups.outbox import deliver_due
    from tenants.accounts.scope import operator_scope

    pressed = keys((1.2, "12#"), (3.2, "77#"), (5, PIN), (9.5, "1"))
    result = rig.call(client.dialled, keys=pressed, hang_up_after=10.1 * SECOND)
    assert result.hung_up_by == "caller"
    assert seconds_of_tone(heard(result), FIVE) > 0.3
    assert seconds_of_tone(heard(result), YUAN) > 0.3
    report = rig.report(result)
    assert facts_of(report).count("OrderConfirmed") == 1
    with operator_scope():
        order = Order.objects.get(call_id=report["call_id"])
    assert (order.key, order.content) == (f"{report['call_id']}-order", {"article": "12", "account": "77"})
    assert deliver_due(now()) == 0, "the answer was lost on the way"
    later = now() + 10 * SECOND
    assert deliver_due(later) == 1
    assert deliver_due(later + 60 * SECOND) == 0
    assert shop.orders == {order.key: [{"article": "12", "account": "77"}]}
    assert {header for _, _, header, _ in shop.asked} == {SECRET}
    assert [path for method, path, _, _ in shop.asked if method == "GET"] == ["/api/articles/12"]
    assert places_of(rig, PIN) == []


def test_system_that_is_silent_holds_nobody(rig: Rig, shop: Shop, client: Client) -> None:
    """After three seconds the caller is told so."""
    shop.silent.set()
    result = rig.call(client.dialled, keys=keys((1.2, "12#")), hang_up_after=12 * SECOND)
    shop.silent.clear()
    shop.go_on.set()
    assert seconds_of_tone(heard(result), SORRY) > 0.3
    assert rig.report(result)["outcome"] == "informed"
    assert 5000 < result.talk_ms < 9000


def test_three_wrong_pins_lock_the_account_out(rig: Rig, shop: Shop) -> None:
    """The right one then is of no use; what was keyed is nowhere."""
    client = a_querying_client(rig, "bank", TABLE)
    right = keys((1.2, "77"), (2.8, PIN))
    result = rig.call(client.dialled, keys=right, hang_up_after=10 * SECOND)
    assert seconds_of_tone(heard(result), FIVE) > 0.3
    wrong = keys((1.2, "77"), (2.8, WRONG), (6, "77"), (7.6, WRONG), (10.8, "77"), (12.4, WRONG))
    result = rig.call(client.dialled, keys=wrong, hang_up_after=20 * SECOND)
    assert seconds_of_tone(heard(result), SORRY) > 0.3
    result = rig.call(client.dialled, keys=right, hang_up_after=10 * SECOND)
    assert seconds_of_tone(heard(result), LOCKED) > 0.3
    rig.report(result)
    assert places_of(rig, PIN) == []
    assert places_of(rig, WRONG) == []
