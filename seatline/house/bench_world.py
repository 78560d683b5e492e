"""The bench's tables: one tenant with a number, a flow that goes straight to a queue, and agents who are logged in.

Imported only after Django knows its settings. Everything goes through the services that people's work goes through.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from agents.people.services import add_agent, find_agent
from agents.presence.services import open_session
from agents.presence.services import pause as take_a_pause
from telephony.journal.models import Call
from telephony.plans.services import add_flow, add_queue, answer_with, make_phone, publish_flow, save_draft
from telephony.recordings.models import Recording
from tenants.accounts.models import Tenant
from tenants.accounts.scope import operator_scope, telephony_scope
from tenants.numbers.models import Number
from tenants.numbers.services import add_number, assign_number
from tenants.seats.services import add_seats, grant_lease


def make(phones: Mapping[str, str], numbers: Mapping[str, bool], at: datetime) -> None:
    """The tenant with one agent at each phone (endpoint -> SIP secret), in ready since `at`.

    `numbers` in E.164 lead each to a queue of its own: with recording or without. No wrap-up, so that an agent is free
    as soon as the call is over, as in app_queue without `wrapuptime`.
    """
    make_tenant("bench", phones, {endpoint: seat for seat, endpoint in enumerate(phones, start=1)}, numbers, at)


def make_tenant(
    code: str, phones: Mapping[str, str], seats: Mapping[str, int], numbers: Mapping[str, bool], at: datetime
) -> None:
    """One tenant of several: the same, at these seats. A phone without a secret has no account: it is switched off."""
    with operator_scope():
        tenant = Tenant.objects.create(code=code, name=code.capitalize())
        add_seats(list(seats.values()))
        grant_lease(tenant, len(phones), at, at=at)
        for place, (number, record) in enumerate(numbers.items()):
            add_number(number, Number.Kind.LOCAL)
            assign_number(number, tenant, at)
            _answer(tenant, f"line-{place}", number, at, record=record)
        for endpoint, secret in phones.items():
            if secret:
                make_phone(endpoint, secret, seat=seats[endpoint])
            add_agent(tenant, str(1000 + seats[endpoint]), f"Agent {seats[endpoint]}")
    with telephony_scope():
        for endpoint in phones:
            open_session(find_agent(str(1000 + seats[endpoint])), endpoint, seats[endpoint], at)


def pause(endpoints: Iterable[str], at: datetime) -> None:
    """The agents at these phones take no calls."""
    with telephony_scope():
        for endpoint in endpoints:
            take_a_pause(endpoint, "", at)


def _answer(tenant: Tenant, code: str, number: str, at: datetime, *, record: bool) -> None:
    add_queue(tenant, code, code, wrap_up=timedelta(0), record=record)
    flow = add_flow(tenant, code, code)
    save_draft(flow, {"start": "queue", "nodes": {"queue": {"kind": "queue", "queue": code}}})
    publish_flow(flow, at)
    answer_with(number, flow)


def answered() -> int:
    """How many calls the ledger tells of that an agent answered and that are over."""
    with operator_scope():
        return Call.objects.filter(outcome="answered").count()


def witnessed() -> int:
    """How many of them Asterisk's own record confirms."""
    with operator_scope():
        return Call.objects.filter(outcome="answered", witnessed=True).count()


def recorded() -> int:
    """How many calls' sound is stored."""
    with operator_scope():
        return Recording.objects.count()


def open_calls() -> int:
    """How many calls the ledger has begun and not ended."""
    with operator_scope():
        return Call.objects.filter(ended_at=None).count()
