"""Which flow answers a dialled number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from telephony.core.flow import Flow
from telephony.core.plan import Plan, Route
from telephony.core.values import Outcome, TenantId


@dataclass(frozen=True, slots=True)
class Routed:
    """The flow that answers, and the tenant it answers for; `merchant` is the code that was dialled with the number."""

    flow: Flow
    tenant: TenantId | None
    language: str
    merchant: str = ""
    practice: bool = False


def find(plan: Plan, dialled: str, at: datetime, caller: str = "") -> Routed | Outcome:
    """The flow for a number at an instant and a caller, or the outcome that says why there is none.

    A merchant's code may be dialled right behind a shared number, as in 1252101.
    """
    number, code = split(plan, dialled)
    if code:
        found = find_merchant(plan, number, code, at)
        return replace(found, merchant=code) if isinstance(found, Routed) else found
    routes = [route for route in plan.routes.get(dialled, ()) if caller.endswith(route.caller)]
    return _first(plan, routes, at, Outcome.UNASSIGNED)


def split(plan: Plan, dialled: str) -> tuple[str, str]:
    """A shared number and the merchant's code that was dialled right behind it; any other number, and no code."""
    if dialled not in plan.routes:
        for cut in range(len(dialled) - 1, 0, -1):
            if (dialled[:cut], dialled[cut:]) in plan.directory:
                return dialled[:cut], dialled[cut:]
    return dialled, ""


def merchant_beside(plan: Plan, dialled: str, target: str, at: datetime) -> Routed | None:
    """The merchant whom `target` names in full, for a caller who came in by the same shared number; else None.

    By another number nobody comes to a merchant so: that would lead from one tenant into another.
    """
    number, code = split(plan, plan.numbering.read(target))
    if not code or number != split(plan, dialled)[0]:
        return None
    found = find_merchant(plan, number, code, at)
    return replace(found, merchant=code) if isinstance(found, Routed) else None


def find_merchant(plan: Plan, dialled: str, code: str, at: datetime) -> Routed | Outcome:
    """The flow of the merchant listed under `code` on a shared number, or the outcome that says why there is none."""
    return _first(plan, plan.directory.get((dialled, code), ()), at, Outcome.NO_MERCHANT)


def _first(plan: Plan, routes: Sequence[Route], at: datetime, missing: Outcome) -> Routed | Outcome:
    route = next((route for route in routes if route.in_force(at)), None)
    if route is None or route.flow not in plan.flows:
        return missing
    tenant = plan.tenants.get(route.tenant) if route.tenant else None
    if route.tenant and tenant is None:
        return missing
    if tenant and not tenant.active:
        return Outcome.SUSPENDED
    language = tenant.language if tenant else "zh"
    return Routed(plan.flows[route.flow], route.tenant, language, practice=route.trial)
