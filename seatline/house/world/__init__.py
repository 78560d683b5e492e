"""The demo world: three tenants, one of each service mode, with everything that calls and bills need.

`load` goes through the services that people's work goes through, in their scopes, and makes only what is missing: a
second time nothing changes. Who is in it and what they are called stands in `seatline.house.cast`.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from seatline.house.world.contracts import make_contracts
from seatline.house.world.dialogues import make_flows, make_prompts
from seatline.house.world.keys import make_keys
from seatline.house.world.lines import make_lines
from seatline.house.world.staff import make_agents, make_users
from seatline.house.world.tenants import let_seats, make_numbers, make_room, make_tenants
from seatline.house.world.values import World, world_of
from seatline.house.world.work import make_work
from tenants.accounts.scope import finance_scope, operator_scope

__all__ = ["World", "load"]

ZONE = ZoneInfo("Asia/Shanghai")


def load(seed: int, machine_secret: str, at: datetime) -> World:
    """Make what is missing of the world, all or nothing; service begins on the first day of the month before `at`.

    Passwords, PINs and phone secrets follow from `machine_secret`; where they were made from another one they are set
    anew. To be called outside any scope, by a login that may enter the operator's, finance's and tenants'.
    """
    world = world_of(seed, machine_secret)
    began = service_began(at)
    with transaction.atomic():
        with operator_scope():
            make_users(world)
            tenants = make_tenants(world)
            make_room()
            make_numbers(tenants, at)
            make_agents(world, tenants)
            make_lines(world, tenants)
            make_prompts(tenants)
            make_flows(tenants, at)
            make_keys(tenants, machine_secret, at)
        with finance_scope():
            contracts = make_contracts(tenants, began)
        with operator_scope():
            let_seats(tenants, contracts, began, at)
        make_work(tenants, at)
    return world


def service_began(at: datetime) -> date:
    """The first day of last month: a whole month is billed, and one is running."""
    today = at.astimezone(ZONE).date()
    year, month = divmod(today.year * 12 + today.month - 2, 12)
    return date(year, month + 1, 1)
