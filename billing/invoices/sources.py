"""What a line is made of: calls and leased days, as they were when the document was made."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from billing.invoices.models import DocumentLine
from billing.mediation.models import UsageRecord
from billing.mediation.usage import in_period
from billing.rating.kinds import kind_of, read_params
from billing.rating.periods import Period


@dataclass(frozen=True, slots=True)
class LineSources:
    """Usage records in order of time (each names its call in `source_id`), and seats by day or leased window."""

    usage: QuerySet[UsageRecord]
    days: list[dict[str, Any]] = field(default_factory=list)


def line_sources(line: DocumentLine) -> LineSources:
    """The sources of a line; a credit note's line has those of the line that it credits.

    `days` holds {"on", "seats", "billed"} per local day, or {"on", "seats", "billed", "lease", "hours"} per leased
    window. A line that bills only what came later opens to what came later.
    """
    if line.credits is not None:
        return line_sources(line.credits)
    charge = line.charges.select_related("component", "document").first()
    if charge is None:
        return LineSources(UsageRecord.objects.none())
    component = charge.component
    meters = kind_of(component.kind).meters(read_params(component.kind, component.params))
    usage = in_period(
        line.tenant_id,
        Period(line.starts_on, line.ends_on),
        ZoneInfo(charge.document.time_zone),
        after=charge.usage_after,
        up_to=charge.usage_to,
    )
    if charge.part == "fee":
        usage = usage.none()
    return LineSources(usage.filter(meter__in=meters, reason=""), charge.evidence)
