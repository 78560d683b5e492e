"""Systems and tables of clients: secrets go in and never come out; files are looked at before they are written."""

import re
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from telephony.lookups.models import System, TableRow
from telephony.lookups.services import pin_row, set_row, set_system, systems
from tenants.accounts.scope import operator_scope

SECRET = "the-shop-knows-us"


def text(answer) -> str:
    """The page without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


class Shop(ThreadingHTTPServer):
    """A system on loopback that gives back what it was sent, or nothing while it is silent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Desk)
        self.silent, self.go_on = False, threading.Event()
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def close(self) -> None:
        """Let whoever waits go, and end."""
        self.go_on.set()
        self.shutdown()
        self.thread.join(5)
        self.server_close()


class _Desk(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        if self.server.silent:
            self.server.go_on.wait(5)
        body = f"{self.command} {self.path}\nX-Key: {self.headers['X-Key']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_) -> None:
        """Say nothing."""


@pytest.fixture
def shop():
    server = Shop()
    yield server
    server.close()


@pytest.fixture
def system(house, shop) -> System:
    with operator_scope():
        url = f"http://127.0.0.1:{shop.server_port}/api"
        return set_system(house.tenant, "shop", url, header="X-Key", secret=SECRET, inside=True)


def form(house, **fields):
    """What the form of a system sends."""
    return {
        "tenant": str(house.tenant.pk), "code": "depot", "base_url": "https://depot.example", "header": "X-Key",
        "secret": "", "active": "on", **fields,
    }  # fmt: skip


def test_secret_goes_in_and_is_shown_nowhere(staff, house, system):
    ops = staff("operations")
    assert ops.post("/admin/telephony/system/add/", form(house, secret="depot-key-1")).status_code == 302
    with operator_scope():
        depot = System.objects.get(code="depot")
        assert systems()[house.tenant.id, "depot"].secret == "depot-key-1"
    url = f"/admin/telephony/system/{depot.pk}/change/"
    for path in (url, "/admin/telephony/system/", f"/admin/telephony/system/{system.pk}/test/"):
        page = ops.get(path).content.decode()
        assert "depot-key-1" not in page
        assert SECRET not in page
        assert depot.sealed_secret not in page
    # Changed without a word about the secret, it stays; told to, it is forgotten.
    ops.post(url, form(house, base_url="https://depot.example/v2"))
    with operator_scope():
        assert systems()[house.tenant.id, "depot"].secret == "depot-key-1"
        assert System.objects.get(code="depot").base_url == "https://depot.example/v2"
    ops.post(url, form(house, forget_secret="on"))
    with operator_scope():
        assert systems()[house.tenant.id, "depot"].secret == ""


def test_system_that_could_not_be_asked_is_refused_in_words(staff, house):
    answer = staff("operations").post("/admin/telephony/system/add/", form(house, secret="two\nlines"))
    assert answer.status_code == 200
    assert "A secret has at most 200 letters" in text(answer)
    with operator_scope():
        assert not System.objects.exists()


def test_look_up_is_tested_with_its_deadline_and_never_shows_the_secret(staff, house, system, shop):
    ops, url = staff("operations"), f"/admin/telephony/system/{system.pk}/test/"

    answer = ops.post(url, {"path": "/orders/12", "send": "", "deadline": "2"})
    assert "GET /api/orders/12" in text(answer)
    assert "X-Key: ***" in text(answer)
    assert SECRET not in answer.content.decode()

    shop.silent = True
    late = ops.post(url, {"path": "/orders/12", "send": "no = 12", "deadline": "1"})
    assert "The system shop does not answer: no answer within 1 s." in text(late)
    elsewhere = ops.post(url, {"path": "//evil.example/", "send": "", "deadline": "1"})
    assert elsewhere.status_code == 422
    assert "leads to no other address" in text(elsewhere)


def a_file(content: str) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile("accounts.csv", content.encode(), "text/csv")


def test_table_is_looked_at_row_by_row_and_then_written(staff, house):
    with operator_scope():
        set_row(house.tenant, "accounts", "1", {"balance": "5"})
        set_row(house.tenant, "accounts", "2", {"balance": "7"})
    ops, url = staff("operations"), "/admin/telephony/tablerow/bring-in/"
    sent = {"tenant": str(house.tenant.pk), "table": "accounts"}

    looked = ops.post(url, {**sent, "file": a_file("key,balance,pin\n1,5,\n2,8,\n3,9,938271\n")})
    assert "new 1 · changed 1 · as it is 1" in text(looked)
    assert "938271" not in looked.content.decode()
    with operator_scope():
        assert TableRow.objects.count() == 2, "nothing is written yet"

    hidden = dict(re.findall(r'name="(sealed|tenant|table)" value="([^"]+)"', looked.content.decode()))
    done = ops.post(url, hidden)
    assert "This is written." in text(done)
    with operator_scope():
        rows = dict(TableRow.objects.values_list("key", "values"))
    assert rows == {"1": {"balance": "5"}, "2": {"balance": "8"}, "3": {"balance": "9"}}
    assert pin_row(house.tenant.id, "accounts", "3", "938271") == {"balance": "9"}


def test_file_with_a_fault_is_not_written_at_all(staff, house):
    ops, url = staff("operations"), "/admin/telephony/tablerow/bring-in/"
    sent = {"tenant": str(house.tenant.pk), "table": "accounts"}
    looked = ops.post(url, {**sent, "file": a_file("key,balance\n1,5\n1,6\n")})
    assert "line 2 has the same key" in text(looked)
    assert 'name="sealed"' not in looked.content.decode()
    refused = ops.post(url, {**sent, "file": a_file("number\n1\n")})
    assert "names no column “key”" in text(refused)
    # What another person's page was given opens on nobody else's.
    good = ops.post(url, {**sent, "file": a_file("key,balance\n1,5\n")})
    hidden = dict(re.findall(r'name="(sealed|tenant|table)" value="([^"]+)"', good.content.decode()))
    assert staff("operations", "second").post(url, hidden).status_code == 503
    with operator_scope():
        assert not TableRow.objects.exists()


def test_file_that_is_too_large_is_refused_before_it_fills_the_memory(staff, house, monkeypatch):
    from seatline import uploads

    monkeypatch.setattr(uploads, "LARGEST", 2 * 2**20)
    ops = staff("operations")
    answer = ops.post("/admin/telephony/tablerow/bring-in/", {
        "tenant": str(house.tenant.pk), "table": "accounts", "file": a_file("key\n" + "1" * 3 * 2**20),
    })  # fmt: skip
    assert answer.status_code == 422
    assert "The file is too large: at most 1 MB are taken." in text(answer)


def test_row_is_changed_by_hand_and_keeps_its_pin(staff, house):
    with operator_scope():
        row = set_row(house.tenant, "accounts", "1", {"balance": "5"}, pin="938271")
    ops, url = staff("operations"), f"/admin/telephony/tablerow/{row.pk}/change/"
    assert "balance = 5" in ops.get(url).content.decode()
    assert ops.post(url, {"values": "balance = 6\nname = 王芳", "pin": ""}).status_code == 302
    assert pin_row(house.tenant.id, "accounts", "1", "938271") == {"balance": "6", "name": "王芳"}
    assert "this one is not: balance 6" in text(ops.post(url, {"values": "balance 6", "pin": ""}))


def test_systems_and_tables_are_set_by_operations_alone(staff, house, system):
    for group in ("supervision", "technicians", "finance"):
        someone = staff(group)
        assert someone.post("/admin/telephony/system/add/", form(house)).status_code == 403
        assert someone.get(f"/admin/telephony/system/{system.pk}/test/").status_code == 403
        assert someone.get("/admin/telephony/tablerow/bring-in/").status_code == 403
