"""Phones at the seats, the line to the carrier, and the tenants' queues."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from agents.people.services import add_skill
from seatline.house.caller import CARRIER
from seatline.house.world.staff import SKILLS
from seatline.house.world.values import World
from telephony.desk.dispositions import add_disposition
from telephony.plans.models import Phone, Queue, Trunk
from telephony.plans.services import add_queue, ask_skill, digest, make_phone
from tenants.accounts.models import Tenant

_TWENTY, _TEN = timedelta(seconds=20), timedelta(seconds=10)
# Tenant, code, names, rules, and the skills asked for.
QUEUES: tuple[tuple[str, str, str, str, dict[str, Any], dict[str, int]], ...] = (
    ("museum", "visitors", "Visitors", "观众服务", {"ring": _TWENTY, "wrap_up": _TEN}, {}),
    ("harbour", "claims", "Claims", "理赔", {"ring": _TWENTY, "wrap_up": timedelta(seconds=30), "weight": 5,
                                            "strategy": "most_skilled"}, {"claims": 4}),
    ("harbour", "policies", "Policies", "保单", {"ring": _TWENTY, "wrap_up": timedelta(seconds=20)}, {"policies": 4}),
    ("lotus", "orders", "Orders", "订单", {"ring": _TWENTY, "wrap_up": timedelta(seconds=15), "max_length": 20}, {}),
)  # fmt: skip


#: What may come of a call: tenant, code, names, and whether it counts as success.
DISPOSITIONS: tuple[tuple[str, str, str, str, bool], ...] = (
    ("museum", "answered", "Answered", "已答复", False),
    ("museum", "tickets", "Tickets booked", "已订票", True),
    ("museum", "again", "Calls again", "会再来电", False),
    ("harbour", "claim", "Claim taken", "已受理理赔", True),
    ("harbour", "answered", "Answered", "已答复", False),
    ("harbour", "complaint", "Complaint", "投诉", False),
    ("lotus", "ordered", "Ordered", "已下单", True),
    ("lotus", "answered", "Answered", "已答复", False),
    ("lotus", "no_interest", "No interest", "无意购买", False),
)


def make_lines(world: World, tenants: Mapping[str, Tenant]) -> None:
    """Phones, trunk, queues, and what may come of their calls."""
    digests = dict(Phone.objects.values_list("endpoint", "password_digest"))
    for seat, (endpoint, secret) in enumerate(world.phones.items(), start=1):
        if digests.get(endpoint) != digest(endpoint, secret):
            make_phone(endpoint, secret, seat=seat)
    Trunk.objects.get_or_create(name="carrier", defaults={"host": CARRIER})
    for code, name, name_en, name_zh, rules, skills in QUEUES:
        tenant = tenants[code]
        if Queue.objects.filter(tenant=tenant, code=name).exists():
            continue
        queue = add_queue(tenant, name, name_en, name_zh=name_zh, **rules)
        names = {skill: (english, chinese) for skill, english, chinese in SKILLS[code]}
        for skill, level in skills.items():
            ask_skill(queue, add_skill(tenant, skill, *names[skill]), level)
    for position, (code, name, name_en, name_zh, success) in enumerate(DISPOSITIONS):
        add_disposition(tenants[code], name, name_en, name_zh, success=success, position=position)
