"""简体中文 on every page: no English of ours, of unfold or of an error is left."""

import importlib
import pkgutil
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from seatline.errors import SeatlineError
from seatline.panel.said import sentence
from tests.integration.admin.conftest import CALL

#: Words that stay as they are: names, codes, what people typed, abbreviations of the field.
KEPT = re.compile(
    r"Seatline|EN|CSV|PDF|English|UTC|Ctrl|PIN|SIP|Call-ID|CNY|IDLE|VAT|JSON|dB|Lin Yue|City Museum|Hotline bundle|"
    r"Service|Number rent|[a-z0-9_.-]*\d[\w.+:-]*|\./run.*"
)
TAG = re.compile(r'<(?:"[^"]*"|\'[^\']*\'|[^>"\'])*>')  # Alpine's attributes hold > themselves
ENGLISH = re.compile(r"[A-Za-z]{3,} [A-Za-z]{2,}|^[A-Z][a-z]{2,}$")
PAGES = {
    "operations": [
        "", "live/", "tenants/tenant/", "tenants/tenant/add/", "tenants/seatlease/", "tenants/seatlease/add/",
        "tenants/number/", "tenants/directorylisting/", "agents/agent/", "agents/agent/add/", "agents/agentsession/",
        "agents/presenceinterval/", "telephony/call/", f"telephony/call/{CALL}/change/", "telephony/queue/",
        "telephony/queue/add/", "telephony/flow/", "telephony/prompt/", "telephony/phone/", "telephony/trunk/",
        "telephony/prompt/add/", "telephony/voicemail/", "telephony/system/", "telephony/system/add/",
        "telephony/tablerow/", "telephony/tablerow/add/", "telephony/tablerow/bring-in/",
    ],
    "finance": [
        "", "billing/document/", "billing/contract/", "billing/contract/add/", "billing/contractversion/add/",
        "billing/usagerecord/", "billing/tenantbilling/add/", "billing/billingentity/add/", "billing/taxrule/",
    ],
    "security": ["tenants/user/", "tenants/user/add/", "auth/group/", "admin/logentry/"],
}  # fmt: skip


def shown(page: str) -> Iterator[str]:
    """Texts that a person reads on the page, with those of hovers and placeholders."""
    page = re.sub(r"<(script|style|textarea|code|pre)\b.*?</\1>", "", page, flags=re.S)
    page = re.sub(r'<span class="material-symbols-outlined[^>]*>[^<]*</span>', "", page)
    page = re.sub(r"<option[^>]*>[^<]*</option>", "", page)
    yield from re.findall(r'(?:placeholder|aria-label)="([^"]+)"', page)
    for text in re.sub(TAG, "\n", page).split("\n"):
        if text.strip():
            yield text.strip()


@pytest.mark.parametrize("group", PAGES)
def test_no_english_is_left_on_the_pages_of(staff, house, group):
    someone = staff(group)
    someone.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    left: dict[str, set[str]] = {}
    for path in PAGES[group]:
        answer = someone.get(f"/admin/{path}")
        assert answer.status_code == 200, path
        body = "<div " + answer.content.decode().split('<div id="page"', 1)[1]
        english = {text for text in shown(body) if ENGLISH.search(KEPT.sub("", text))}
        if english:
            left[path] = english

    assert not left


def test_person_reads_the_own_language_until_the_browser_chooses(staff, house):
    from tenants.accounts.models import User

    client = staff("operations")
    User.objects.update(language="zh-hans")
    assert "仪表盘" in client.get("/admin/").content.decode()

    client.post("/i18n/setlang/", {"language": "en", "next": "/admin/"})
    assert "Dashboard" in client.get("/admin/").content.decode()
    assert User.objects.get(username="operations").language == "en"


def errors() -> set[type[SeatlineError]]:
    """All errors of the floors; those of the house speak to the console, in English."""
    for root in ("tenants", "agents", "telephony", "billing"):
        package = importlib.import_module(root)
        for module in pkgutil.walk_packages(package.__path__, f"{root}."):
            if ".migrations." not in module.name and ".management." not in module.name:
                importlib.import_module(module.name)
    found, waiting = set(), [SeatlineError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.split(".")[0] in {"tenants", "agents", "telephony", "billing"}:
            found.add(kind)
    return found


def test_every_refusal_has_its_chinese_sentence():
    with translation.override("zh-hans"):
        silent = {sentence(kind) for kind in errors() if translation.gettext(sentence(kind)) == sentence(kind)}

    assert not silent


def test_catalogue_knows_every_sentence_of_the_source(tmp_path):
    """What `makemessages` finds is in the catalogue, with its placeholders."""
    root = settings.BASE_DIR
    for folder in settings.LOCALE_PATHS:
        for po in Path(folder).rglob("*.po"):
            subprocess.run(["msgfmt", "--check-format", "-o", str(tmp_path / "out.mo"), str(po)], check=True)
    wanted: set[str] = set()
    for floor in ("tenants", "agents", "telephony", "billing", "seatline"):
        for path in (root / floor).rglob("*.py"):
            source = path.read_text()
            wanted |= {one[1] for one in re.findall(r'\b(?:_|gettext|gettext_lazy)\((["\'])((?:(?!\1).)+)\1\)', source)}
        for path in (root / floor).rglob("*.html"):
            wanted |= {one[1] for one in re.findall(r'\{% translate (["\'])(.+?)\1', path.read_text())}
    same = {"PIN", "PINs", "PDF", "Seatline", "SIP Call-ID", "English", "SHA-256"}
    with translation.override("zh-hans"):
        missing = {text for text in wanted - same if translation.gettext(text) == text}

    assert not missing
