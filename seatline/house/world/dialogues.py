"""What callers hear and may key: prompts and flows, each tenant's and the operator's directory on the shared number.

A prompt is registered under the name of its sound file; `speak_prompts` makes the files. A tenant's prompt named like
one of the house's phrases (`welcome`, `closed`) is said in its place.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from seatline.house import cast
from seatline.house.world.tenants import canonical
from telephony.plans.models import Flow as FlowRow
from telephony.plans.models import FlowVersion, Prompt, Route
from telephony.plans.services import add_flow, answer_with, publish_flow, save_draft, set_prompt
from telephony.plans.speech import fingerprint, speak
from tenants.accounts.models import Tenant

ZONE = "Asia/Shanghai"
Definition = dict[str, Any]

# Owner (None: the house's own), name -> English, Chinese.
PROMPTS: Mapping[str | None, Mapping[str, tuple[str, str]]] = {
    None: {
        "welcome-1252": ("Welcome to the service hotline 1 2 5 2.", "您好，欢迎致电1252服务热线。"),
        "for-english": ("For English, press 9.", "英语服务，请按9。"),
    },
    "museum": {
        "welcome": ("Welcome to the City Museum.", "您好，欢迎致电城市博物馆。"),
        "menu": (
            "For opening hours press 1, for tickets press 2, for exhibitions press 3. To speak to us, press 0.",
            "开放时间请按1，门票请按2，展览信息请按3，人工服务请按0。",
        ),
        "hours": (
            "The museum is open from Tuesday to Sunday, from nine to five. Last entry is at four. Closed on Mondays.",
            "博物馆开放时间为周二至周日，上午九点至下午五点，下午四点停止入馆，周一闭馆。",
        ),
        "tickets": (
            "Entry to the permanent collection is free. Please reserve your visit one day ahead.",
            "常设展览免费参观，请提前一天预约。",
        ),
        "exhibitions": (
            "Our special exhibition Bronzes of the River Lands runs until the end of March. Tickets are 60 yuan.",
            "特别展览江南青铜展将持续到三月底，门票六十元。",
        ),
    },
    "harbour": {
        "welcome": ("Welcome to Harbour Insurance.", "您好，欢迎致电海港保险。"),
        "menu": (
            "To report a claim press 1. For questions about your policy press 2.",
            "报案理赔请按1，保单咨询请按2。",
        ),
        "closed": (
            "Our office is open every day from eight in the morning to ten in the evening. Goodbye.",
            "我们的服务时间为每天早上八点至晚上十点，请您在服务时间再拨，再见。",
        ),
    },
    "lotus": {
        "welcome": ("Welcome to Blue Lotus Mail Order.", "您好，欢迎致电蓝莲邮购。"),
        "menu": ("To order, or to ask about an order, press 1.", "订购商品或查询订单，请按1。"),
        "closed": (
            "You can order by telephone from eight in the evening to eight in the morning. Goodbye.",
            "电话订购时间为每晚八点至次日早上八点，请您届时再拨，再见。",
        ),
    },
}


def _menus(chinese: Mapping[str, str], english: Mapping[str, str]) -> Definition:
    """A menu in the caller's language, and the way into the English one."""
    asking = {"kind": "menu", "wrong": ["wrong-key"], "otherwise": "gave-up"}
    return {
        "menu": {
            **asking, "say": ["menu", {"prompt": "for-english", "language": "en"}],
            "choices": {**chinese, "9": "english"},
        },
        "english": {"kind": "speak", "language": "en", "next": "menu-english"},
        "menu-english": {**asking, "say": ["menu"], "choices": dict(english)},
        "gave-up": {"kind": "finish", "outcome": "wrong_keys"},
    }  # fmt: skip


def _queue(code: str) -> Definition:
    return {"kind": "queue", "queue": code, "say": ["recorded", "please-wait"]}


def _told(prompt: str) -> Definition:
    """Tell something; 0 still leads to a person, and silence to the end."""
    return {
        "kind": "menu", "say": [prompt], "choices": {"0": "visitors"}, "otherwise": "goodbye", "tries": 1, "wait": 3,
    }  # fmt: skip


def _open(opens: str, closes: str) -> Definition:
    """Greet, then go on only during these hours of every day."""
    return {
        "welcome": {"kind": "play", "say": ["welcome"], "next": "hours"},
        "hours": {
            "kind": "opening", "open": "menu", "closed": "closed",
            "hours": {"zone": ZONE, "spans": [{"weekdays": "1234567", "opens": opens, "closes": closes}]},
        },
        "closed": {"kind": "finish", "outcome": "closed"},
    }  # fmt: skip


_MUSEUM = {"1": "opening-hours", "2": "tickets", "3": "exhibitions", "0": "visitors"}
_HARBOUR = {"1": "claims", "2": "policies", "0": "policies"}
_LOTUS = {"1": "orders", "0": "orders"}
# Owner -> code, name and definition of the one flow that answers its numbers.
FLOWS: Mapping[str | None, tuple[str, str, Definition]] = {
    None: ("directory", "Directory of 1252", {"start": "welcome", "nodes": {
        "welcome": {"kind": "play", "say": ["welcome-1252"], "next": "ask"},
        "ask": {"kind": "directory", "say": ["merchant-code", {"prompt": "merchant-code", "language": "en"}],
                "wrong": ["wrong-merchant"], "otherwise": "gave-up"},
        "gave-up": {"kind": "finish", "outcome": "no_merchant"},
    }}),
    # The museum is staffed day and night, and what it tells does not depend on the hour.
    "museum": ("main", "City Museum's hotline", {"start": "welcome", "nodes": {
        "welcome": {"kind": "play", "say": ["welcome"], "next": "menu"},
        **_menus(_MUSEUM, _MUSEUM),
        "opening-hours": _told("hours"), "tickets": _told("tickets"), "exhibitions": _told("exhibitions"),
        "goodbye": {"kind": "finish", "outcome": "informed"}, "visitors": _queue("visitors"),
    }}),
    "harbour": ("main", "Harbour Insurance's hotline", {"start": "welcome", "nodes": {
        **_open("08:00", "22:00"), **_menus(_HARBOUR, _HARBOUR),
        "claims": _queue("claims"), "policies": _queue("policies"),
    }}),
    "lotus": ("main", "Blue Lotus's order line", {"start": "welcome", "nodes": {
        **_open("20:00", "08:00"), **_menus(_LOTUS, _LOTUS), "orders": _queue("orders"),
    }}),
}  # fmt: skip


def make_prompts(tenants: Mapping[str, Tenant]) -> None:
    """Register every prompt that is missing; one that somebody has changed since stays."""
    there = set(Prompt.objects.values_list("tenant__code", "name", "language"))
    for owner, prompts in PROMPTS.items():
        for name, texts in prompts.items():
            for language, text in zip(("en", "zh"), texts, strict=True):
                if (owner, name, language) not in there:
                    tenant = tenants[owner] if owner else None
                    set_prompt(tenant, name, language, text, sha=fingerprint(text, language))


def speak_prompts(sounds: Path) -> int:
    """Make the sound files of all prompts that lack one, below `sounds`/prompts; how many were made."""
    jobs = [
        (text, language, sounds / "prompts" / f"{fingerprint(text, language)}.wav")
        for prompts in PROMPTS.values()
        for texts in prompts.values()
        for language, text in zip(("en", "zh"), texts, strict=True)
    ]
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda job: speak(*job), jobs))


def make_flows(tenants: Mapping[str, Tenant], at: datetime) -> None:
    """Publish the flows that were never published, and let them answer their owners' numbers."""
    flows = {owner: _published(tenants[owner] if owner else None, at, *flow) for owner, flow in FLOWS.items()}
    routed = set(Route.objects.values_list("flow__tenant__code", "number__e164", "merchant_code"))
    short = canonical(cast.SHORT)
    wanted: list[tuple[str | None, str, str]] = [(None, short, "")]
    for part in cast.TENANTS:
        wanted += [(part.code, short, part.merchant)]
        wanted += [(part.code, canonical(number), "") for number in (part.local, part.national)]
    for owner, number, merchant in wanted:
        if (owner, number, merchant) not in routed:
            answer_with(number, flows[owner], merchant)


def _published(tenant: Tenant | None, at: datetime, code: str, name: str, definition: Definition) -> FlowRow:
    flow = add_flow(tenant, code, name)
    if not FlowVersion.objects.filter(flow=flow, state=FlowVersion.State.PUBLISHED).exists():
        save_draft(flow, definition)
        publish_flow(flow, at)
    return flow
