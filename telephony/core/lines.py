"""Which trunk carries a call to outside, with which caller ID, and whether the call may be made at all.

Rules of this file: pure functions over the plan and over what is known of the trunks. Numbers are E.164 throughout;
the form that carriers want is made where the request is made. What no rule allows is refused.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from telephony.core.values import TenantId

TRUNK = "trunk-"  # how accounts of carriers begin
RESTS = timedelta(seconds=30)  # a trunk that has just failed goes behind the others for so long
# Q.850 causes that are the trunk's fault, or its carrier's, and not the callee's: SIP 5xx, 408, no way out, and our
# own 20 where Asterisk cannot reach the trunk at all. Busy, refused, unknown and unanswered are answers.
TRUNK_FAULTS = frozenset({3, 18, 20, 27, 34, 38, 41, 42, 44, 47, 102, 127})


class Refusal(StrEnum):
    """Why a number is not dialled."""

    SUSPENDED = "suspended"  # the tenant's calls are not carried
    NOT_ALLOWED = "not_allowed"  # no rule of the tenant's allows the number
    CALLER_ID = "caller_id"  # the number to be shown is not the tenant's
    DO_NOT_CALL = "do_not_call"  # whoever has the number does not want to be called
    HOURS = "hours"  # customers are not called at this hour
    NO_TRUNK = "no_trunk"  # no trunk is there, or each is full or has failed


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkPlan:
    """A line to a carrier: the lower `priority` is taken first; `capacity` 0 is no limit."""

    name: str
    priority: int = 10
    capacity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNumber:
    """A number that a tenant holds alone from when to when; the end is exclusive."""

    number: str
    starts_at: datetime
    ends_at: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether it is the tenant's at this instant."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsidePlan:
    """What a tenant may do outside: the numbers it may show, and the beginnings of numbers that it may call."""

    numbers: tuple[HeldNumber, ...] = ()
    prefixes: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()  #: numbers that are not called, whatever the prefixes say


def barred(outside: Mapping[TenantId, OutsidePlan], tenant: TenantId, number: str) -> bool:
    """Whether the number is on a list of those that are not to be called."""
    return number in outside.get(tenant, OutsidePlan()).never


def caller_id(
    outside: Mapping[TenantId, OutsidePlan], tenant: TenantId, wanted: str, dialled: str, at: datetime
) -> str | None:
    """The number to show: `wanted` if the tenant holds it now; without a wish the one that was dialled, else its first.

    None if that is not the tenant's.
    """
    held = [one.number for one in outside.get(tenant, OutsidePlan()).numbers if one.in_force(at)]
    if wanted:
        return wanted if wanted in held else None
    return dialled if dialled in held else min(held, default=None)


def allowed(outside: Mapping[TenantId, OutsidePlan], tenant: TenantId, number: str) -> bool:
    """Whether a rule of the tenant's allows the number; without rules nothing is."""
    prefixes = outside.get(tenant, OutsidePlan()).prefixes
    return number.startswith("+") and number[1:].isdecimal() and any(number.startswith(one) for one in prefixes)


def choose(
    trunks: Sequence[TrunkPlan], *, busy: Mapping[str, int], down: Collection[str], resting: Collection[str],
    tried: Collection[str],
) -> TrunkPlan | None:  # fmt: skip
    """The trunk for the next call: there, not full, not tried for this call yet; one that just failed goes last."""
    open_ = [
        one for one in trunks
        if one.name not in down and one.name not in tried and (not one.capacity or busy.get(one.name, 0) < one.capacity)
    ]  # fmt: skip
    return min(open_, key=lambda one: (one.name in resting, one.priority, one.name), default=None)


@dataclass(slots=True)
class Lines:
    """The trunks as the engine sees them now."""

    trunks: Sequence[TrunkPlan] = ()
    busy: Counter[str] = field(default_factory=Counter)
    _down: set[str] = field(default_factory=set)
    _failed_at: dict[str, datetime] = field(default_factory=dict)

    def obey(self, trunks: Sequence[TrunkPlan]) -> None:
        """New trunks; calls on old ones go on and are still counted."""
        self.trunks = trunks

    def reachable(self, trunk: str, there: bool) -> None:
        """Asterisk has asked the carrier and got an answer, or none."""
        if there:
            self._down.discard(trunk)
            self._failed_at.pop(trunk, None)
        else:
            self._down.add(trunk)

    def seize(self, tried: Collection[str], at: datetime) -> TrunkPlan | None:
        """Take a place on the best trunk, or None."""
        resting = {name for name, failed_at in self._failed_at.items() if at - failed_at < RESTS}
        found = choose(self.trunks, busy=self.busy, down=self._down, resting=resting, tried=tried)
        if found is not None:
            self.busy[found.name] += 1
        return found

    def free(self, trunk: str, at: datetime, *, failed: bool = False) -> None:
        """Give the place back; a trunk that `failed` rests."""
        self.busy[trunk] -= 1
        if self.busy[trunk] <= 0:
            del self.busy[trunk]
        if failed:
            self._failed_at[trunk] = at
