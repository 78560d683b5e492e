"""Accounts of telephones on their way to Asterisk and to a proxy before it."""

import asyncio
import stat
from collections.abc import Mapping
from typing import Any

from telephony.ari.client import Answer
from telephony.plans.services import PhoneAccount
from telephony.switch.accounts import Accounts, objects
from telephony.switch.proxy_accounts import write

FIRST, SECOND = (PhoneAccount(f"seat-00{no}", f"digest-{no}", "a label") for no in (1, 2))
BROWSER = PhoneAccount("web-0001", "digest-3", "a label", browser=True)


class Ari:
    """Remembers what it was asked; has the telephones of an earlier life."""

    def __init__(self, there: tuple[str, ...] = ()) -> None:
        self.asked: list[str] = []
        self.there = there

    def send(self, method: str, uri: str, body: Mapping[str, Any] | None = None) -> "asyncio.Future[Answer]":
        self.asked.append(f"{method} {uri.removeprefix('asterisk/config/dynamic/res_pjsip/')}")
        future = asyncio.get_running_loop().create_future()
        future.set_result(Answer(403 if "seat-002" in uri and method == "PUT" else 200))
        return future

    async def request(self, method: str, uri: str) -> Answer:
        return Answer(200, [{"resource": name} for name in self.there])


async def test_hundreds_go_kind_by_kind_and_what_was_refused_goes_again():
    ari, accounts = Ari(there=("seat-001", "seat-009", "trunk-carrier")), Accounts()
    await accounts.push(ari, [FIRST, SECOND])
    assert ari.asked[:6] == [f"PUT {kind}/seat-00{no}" for kind in ("auth", "aor", "endpoint") for no in (1, 2)]
    assert ari.asked[6:] == [f"DELETE {kind}/seat-009" for kind in ("endpoint", "aor", "auth")], "a leaver's"
    ari.asked.clear()
    await accounts.push(ari, [FIRST, SECOND])
    assert ari.asked == [f"PUT {kind}/seat-002" for kind in ("auth", "aor", "endpoint")]


def test_behind_a_proxy_asterisk_asks_the_proxy_for_the_telephone_but_not_for_one_in_a_browser():
    behind = objects(FIRST, "10.0.0.9:5060")["aor"]
    assert behind["contact"] == "sip:seat-001@10.0.0.9:5060"
    assert behind["qualify_2xx_only"] == "yes", "the proxy's 404 says that it is not there"
    assert "max_contacts" not in behind
    assert objects(BROWSER, "10.0.0.9:5060")["aor"] == objects(BROWSER)["aor"]


def test_the_proxy_finds_the_telephones_whole_and_nobody_else_may_read_them(tmp_path):
    folder = tmp_path / "proxy"
    write(folder, [SECOND, BROWSER, FIRST])
    assert (folder / "phones").read_text().splitlines()[1:] == ["seat-001:0:0:digest-1", "seat-002:0:0:digest-2"]
    assert (folder / "version").read_text().splitlines()[1:] == ["phones:2"]
    assert stat.S_IMODE((folder / "phones").stat().st_mode) == 0o600
    before = (folder / "phones").stat()
    write(folder, [FIRST, SECOND])
    assert (folder / "phones").stat().st_ino == before.st_ino, "the same is not written again"
    write(folder, [])
    assert len((folder / "phones").read_text().splitlines()) == 1
