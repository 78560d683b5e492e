"""`./run call --draft FLOW`: for the time of one call, a flow's draft answers one caller on a number of its owner.

All others who call the number meet the flow as it is published.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from seatline import clock
from seatline.errors import BadInput, NotFound, Unavailable

if TYPE_CHECKING:
    from telephony.plans.models import Flow

LONGEST = timedelta(minutes=15)
HEARD_AFTER = 1.0  # seconds in which the switch has surely read its plan again


class FlowNotFound(NotFound):
    """There is no flow {flow}. Name it as TENANT/CODE, such as museum/main; the operator's own as /directory."""


class FlowUnclear(BadInput):
    """Several have a flow {flow}: {owners}. Name it as TENANT/CODE."""


class NoNumberToTry(NotFound):
    """The owner of {flow} holds no number on which its draft could answer."""


class DraftNotMet(Unavailable):
    """The call did not meet the draft but {met}. Does the switch run? See ./run doctor."""


@dataclass(frozen=True, slots=True)
class Tried:
    """Where to call, as whom, and which version answers."""

    number: str
    caller: str
    version: int


def a_caller() -> str:
    """A number from which nobody else calls at this moment, as likely as not."""
    return f"0215555{secrets.randbelow(10000):04d}"


@contextmanager
def tried(flow_name: str, caller: str) -> Iterator[Tried]:
    """Let the draft (or, if there is none, what is published) answer `caller` until the block ends.

    Raises FlowNotFound, FlowUnclear, NoNumberToTry and the refusals of `plans.trials.try_flow`.
    """
    from telephony.plans.models import FlowVersion  # noqa: PLC0415 - rooms need Django's settings
    from telephony.plans.trials import end_trial, try_flow  # noqa: PLC0415
    from tenants.accounts.scope import operator_scope  # noqa: PLC0415

    with operator_scope():
        flow = _flow(flow_name)
        version = FlowVersion.objects.filter(flow=flow).order_by("-version").first()
        if version is None:
            raise FlowNotFound(flow=flow_name)
        number = _number(flow.tenant_id, flow_name)
        trial = try_flow(version, number, LONGEST, clock.now(), caller)
    try:
        time.sleep(HEARD_AFTER)
        yield Tried(number, caller, version.version)
    finally:
        with operator_scope():
            end_trial(trial)


def _flow(name: str) -> "Flow":
    from telephony.plans.models import Flow  # noqa: PLC0415

    owner, slash, code = name.rpartition("/")
    rows = Flow.objects.filter(code=code).select_related("tenant")
    if slash:
        rows = rows.filter(tenant__code=owner) if owner else rows.filter(tenant=None)
    found = list(rows)
    if not found:
        raise FlowNotFound(flow=name)
    if len(found) > 1:
        owners = ", ".join(f"{row.tenant.code if row.tenant else ''}/{row.code}" for row in found)
        raise FlowUnclear(flow=name, owners=owners)
    return found[0]


def _number(tenant_id: UUID | None, flow_name: str) -> str:
    from tenants.numbers.services import numbers_in_force, numbers_of  # noqa: PLC0415

    at = clock.now()
    held = numbers_of(tenant_id, at) if tenant_id else []
    shared = [one.e164 for one in numbers_in_force(at) if one.tenant_id is None]
    number = next(iter([*held, *shared]), None)
    if number is None:
        raise NoNumberToTry(flow=flow_name)
    return number
