"""Tables, guards of PINs, requests to a tenant's system, and orders on their way."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from telephony.core.plan import System as CoreSystem
from telephony.core.values import TenantId
from telephony.journal.models import Call
from telephony.lookups.http import AddressRefused, SystemAway, ask
from telephony.lookups.models import Order, System, TableRow
from telephony.lookups.outbox import deliver_due, pause_after
from telephony.lookups.services import (
    PinUnfit,
    SystemUnfit,
    begin_try,
    pin_row,
    pin_was_not_checked,
    pin_was_right,
    row_of,
    set_row,
    set_system,
    systems,
)
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope
from tests.builders.tenants import NINE, a_tenant

MINUTE = timedelta(minutes=1)


@pytest.fixture
def museum() -> Tenant:
    with operator_scope():
        return a_tenant()


@pytest.mark.django_db
def test_row_is_found_by_its_own_tenant_alone(museum):
    with operator_scope():
        set_row(museum, "stock", "12", {"price": "5"})
        other = a_tenant("harbour")
    assert row_of(museum.id, "stock", "12") == {"price": "5"}
    assert row_of(museum.id, "stock", "13") is None
    assert row_of(other.id, "stock", "12") is None


@pytest.mark.django_db
def test_pin_opens_its_own_account_and_only_its_hash_is_kept(museum):
    with operator_scope():
        set_row(museum, "accounts", "77", {"balance": "5"}, pin="938271")
        set_row(museum, "accounts", "78", {})
        with pytest.raises(PinUnfit):
            set_row(museum, "accounts", "79", {}, pin="12")
        assert "938271" not in str(list(TableRow.objects.values()))
    assert pin_row(museum.id, "accounts", "77", "938271") == {"balance": "5"}
    assert pin_row(museum.id, "accounts", "77", "938272") is None
    assert pin_row(museum.id, "accounts", "78", "") is None, "an account without a PIN is opened by none"
    assert pin_row(museum.id, "accounts", "80", "938271") is None


@pytest.mark.django_db
def test_third_wrong_pin_locks_the_account_for_everybody(museum):
    for _ in range(3):
        assert begin_try(museum.id, "77", "02161234567", NINE) is None
    assert begin_try(museum.id, "77", "02199999999", NINE) == NINE + MINUTE
    assert begin_try(museum.id, "78", "02161234567", NINE) is None, "another account is not locked"
    later = NINE + MINUTE
    assert begin_try(museum.id, "77", "02199999999", later) is None
    assert begin_try(museum.id, "77", "02199999999", later) == later + 2 * MINUTE, "each lock is twice as long"


@pytest.mark.django_db
def test_right_pin_begins_anew_and_one_that_nobody_could_check_does_not_count(museum):
    for _ in range(2):
        begin_try(museum.id, "77", "", NINE)
    begin_try(museum.id, "77", "", NINE)
    pin_was_not_checked(museum.id, "77", "")
    assert begin_try(museum.id, "77", "", NINE) is None
    pin_was_right(museum.id, "77", "")
    for _ in range(3):
        assert begin_try(museum.id, "77", "", NINE) is None


@pytest.mark.django_db
def test_caller_who_tries_one_account_after_the_other_is_locked_out(museum):
    for account in range(9):
        assert begin_try(museum.id, str(account), "02161234567", NINE) is None
    assert begin_try(museum.id, "100", "02161234567", NINE) == NINE + MINUTE


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes", [{"base_url": "ftp://a.example"}, {"header": "X Key"}, {"secret": "a\r\nHost: b"}, {"base_url": "shop"}]
)
def test_system_that_could_not_be_asked_is_refused(museum, changes):
    with operator_scope(), pytest.raises(SystemUnfit):
        set_system(museum, "shop", **{"base_url": "https://shop.example", **changes})


@pytest.mark.django_db
def test_secret_of_a_system_is_sealed_in_the_database_and_stays_when_not_given(museum):
    with operator_scope():
        set_system(museum, "shop", "https://shop.example", header="X-Key", secret="the-shop-knows-us")
        set_system(museum, "shop", "https://shop.example/api", header="X-Key", secret=None)
        row = System.objects.values().get()
        assert "knows" not in str(row)
        assert systems()[museum.id, "shop"].secret == "the-shop-knows-us"
        System.objects.update(sealed_secret="v1.of-another-machine")
        assert systems() == {}, "one that does not open is not asked, and the others are"


def asked(answer: bytes, path: str = "/x", *, deadline: float = 1.0, inside: bool = True, host: str = "127.0.0.1"):
    """What a server on loopback that answers like this was sent, and the reply or error."""

    async def both():
        got, ends = [], []

        async def serve(reader, writer):
            ends.append(writer)
            got.append(await reader.read(4096))
            writer.write(answer)
            if answer:
                writer.write_eof()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        system = CoreSystem(
            tenant=TenantId(UUID(int=1)), code="shop", base_url=f"http://{host}:{port}/api/", header="X-Key",
            secret="open sesame", inside=inside,
        )  # fmt: skip
        try:
            return got, await ask(system, path, deadline=deadline, body={"a": "b"}, key="k")
        except (AddressRefused, SystemAway) as error:
            return got, error
        finally:
            for end in ends:
                end.transport.abort()
            server.close()
            await asyncio.sleep(0.01)

    return asyncio.run(both())


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def test_request_is_posted_with_the_secret_and_the_key():
    (sent,), reply = asked(OK)
    assert (reply.status, reply.body) == (200, b"{}")
    assert sent.startswith(b"POST /api/x HTTP/1.1\r\n")
    assert b"X-Key: open sesame\r\n" in sent
    assert b"Idempotency-Key: k\r\n" in sent
    assert sent.endswith(b'{"a": "b"}')


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_our_own_machine_is_not_asked_unless_it_is_meant(host):
    got, error = asked(OK, inside=False, host=host)
    assert isinstance(error, AddressRefused)
    assert got == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",  # nothing at all
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",  # cut off
        b"SSH-2.0-OpenSSH\r\n\r\n",  # something else
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 70_000,  # a film
    ],
)
def test_answer_that_is_none_is_told_without_what_was_asked(answer):
    _, error = asked(answer, deadline=0.3)
    assert isinstance(error, SystemAway)
    assert "sesame" not in str(error)


def test_redirect_is_an_answer_and_is_not_followed():
    got, reply = asked(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
    assert reply.status == 302
    assert len(got) == 1


@pytest.fixture
def order(museum) -> Order:
    from tenants.accounts.scope import telephony_scope

    with telephony_scope():
        call = Call.objects.create(id=UUID(int=7), tenant=museum, started_at=NINE, position=1)
        return Order.objects.create(
            id=UUID(int=8), tenant=museum, call=call, key="k", system="shop", path="/orders", content={"a": "b"},
            confirmed_at=NINE, next_try_at=NINE,
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "delivered"), (201, "delivered"), (500, "pending"), (429, "pending"), (422, "refused"), (None, "pending")],
)
def test_order_is_delivered_refused_or_tried_again(museum, order, monkeypatch, status, state):
    from telephony.lookups import outbox
    from telephony.lookups.http import Reply

    with operator_scope():
        set_system(museum, "shop", "https://shop.example")

    async def answer(system, path, **how):
        assert (system.code, path, how["key"], how["body"]) == ("shop", "/orders", "k", {"a": "b"})
        if status is None:
            raise SystemAway(code="shop", cause="OSError")
        return Reply(status, b"")

    monkeypatch.setattr(outbox, "ask", answer)
    deliver_due(NINE)
    assert deliver_due(NINE + timedelta(seconds=4)) == 0, "not before its time"
    with operator_scope():
        order.refresh_from_db()
    assert (order.state, order.tries) == (state, 1)
    assert order.next_try_at == (NINE + pause_after(1) if state == "pending" else None)


@pytest.mark.django_db
def test_order_of_a_system_that_is_gone_waits(order):
    assert deliver_due(NINE) == 0
    with operator_scope():
        order.refresh_from_db()
    assert (order.state, order.last_error) == ("pending", "the tenant has no such system")
