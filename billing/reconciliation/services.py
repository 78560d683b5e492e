"""The comparison of a day, from the tables of three floors; reads only, in the finance scope."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.contracts.terms import PricedTerms, contract_in_force, needs_before, period_at, period_before, terms_in
from billing.mediation.services import newest_position
from billing.mediation.sums import usage_of
from billing.mediation.usage import calls_in_force
from billing.rating.kinds import kind_of
from billing.rating.periods import ONE_DAY, Period, day_starts_at, local_day
from billing.rating.rate import rate
from billing.rating.values import ChargeLine, Usage
from billing.reconciliation.rules import Report, Used, compare
from telephony.journal.services import RecordedCall, calls_between
from telephony.witness.services import calls_seen, watches_since
from tenants.accounts.models import Tenant
from tenants.accounts.scope import finance_scope

SETTLED_AFTER = timedelta(seconds=30)  # a call that ended so long ago is in all books
_EDGE = timedelta(minutes=1)  # the two witnesses' beginnings of a call differ by less
_ANYWHERE = timedelta(hours=14)  # from UTC to the zone that is farthest
_BUNDLE = "bundle"


def reconcile(day: date, at: datetime) -> Report:
    """Compare the calls of a day: each tenant's in its own zone, those of nobody in the operator's."""
    with finance_scope():
        zones = {one.pk: ZoneInfo(one.time_zone) for one in Tenant.objects.all()}
        home = ZoneInfo(settings.TIME_ZONE)
        starts_at, ends_at = _around(day)
        whole = calls_between(starts_at, ends_at)
        recorded = [one for one in whole if local_day(one.started_at, _zone(one, zones, home)) == day]
        elsewhere = {one.channel for one in whole} - {one.channel for one in recorded}
        others = {one.call_id for one in whole} - {one.call_id for one in recorded}
        ours = {one.call_id for one in recorded} | {one.channel for one in recorded}
        seen = [
            one
            for one in calls_seen(starts_at - _EDGE, ends_at + _EDGE)
            if one.call_id not in others
            and one.channel not in elsewhere
            and (one.call_id in ours or one.channel in ours or local_day(one.started_at, home) == day)
        ]
        used = [Used(*row) for row in calls_in_force(starts_at, ends_at) if row[0] not in others]
        bundled, priced, over = _prices(day, {one.tenant_id for one in used if one.tenant_id and not one.reason}, home)
        return compare(
            day, seen, recorded, used, over, bundled, priced,
            settled_before=at - SETTLED_AFTER, watched_since=watches_since(),
        )  # fmt: skip


def today(at: datetime) -> date:
    """The operator's day at an instant."""
    return local_day(at, ZoneInfo(settings.TIME_ZONE))


def tenant_names() -> dict[str, str]:
    """Tenant id -> name, for those who read a report."""
    with finance_scope():
        return {str(key): name for key, name in Tenant.objects.values_list("id", "name")}


def _around(day: date) -> tuple[datetime, datetime]:
    utc = ZoneInfo("UTC")
    return day_starts_at(day, utc) - _ANYWHERE, day_starts_at(day + ONE_DAY, utc) + _ANYWHERE


def _zone(call: RecordedCall, zones: Mapping[UUID, ZoneInfo], home: ZoneInfo) -> ZoneInfo:
    return zones[call.tenant_id] if call.tenant_id else home


_Meters = set[tuple[UUID, str]]


def _prices(day: date, tenants: Iterable[UUID], home: ZoneInfo) -> tuple[_Meters, _Meters, dict[UUID, int]]:
    """Which meters of these tenants a bundle counts on that day, which another price does, and how many calls of the
    day stand above the bundles."""
    bundled: _Meters = set()
    priced: _Meters = set()
    over: dict[UUID, int] = {}
    for tenant_id in tenants:
        noon = day_starts_at(day, home) + timedelta(hours=12)
        contract = contract_in_force(tenant_id, noon)
        if contract is None:
            continue
        period = period_at(contract, noon)
        terms = terms_in(contract, period)
        for component in terms.terms.components:
            if component.starts_on <= day and (component.ends_on is None or day < component.ends_on):
                meters = {(tenant_id, meter) for meter in kind_of(component.kind).meters(component.params)}
                (bundled if component.kind == _BUNDLE else priced).update(meters)
        before = period_before(contract, period) if needs_before(terms.terms) else None
        over[tenant_id] = _above(tenant_id, terms, period, before, day)
    return bundled, priced, over


def _above(tenant_id: UUID, terms: PricedTerms, period: Period, before: Period | None, day: date) -> int:
    """How many calls the day has added to those above the bundles, by the same arithmetic as the invoice's."""
    bundles = {one.id for one in terms.terms.components if one.kind == _BUNDLE}
    if not bundles:
        return 0
    days = Period(before.starts_on, period.ends_on) if before else period
    usage = usage_of(tenant_id, terms.terms.components, days, terms.terms.zone, newest_position())

    def above(after: date) -> Fraction:
        part: list[Usage] = [one for one in usage if one.on < after]
        lines = rate(terms.terms, part, (), period, {}, counted_to=after, before=before)
        return sum((_over(line) for line in lines if line.component in bundles), Fraction(0))

    earlier = above(day) if day > period.starts_on else Fraction(0)
    return max(int(above(day + ONE_DAY) - earlier), 0)


def _over(line: ChargeLine) -> Fraction:
    """Calls above the bundle, as the line's own arithmetic tells."""
    return sum((Fraction(step.values["over"]) for step in line.steps if "over" in step.values), Fraction(0))
