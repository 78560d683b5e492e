"""What the worker tells Prometheus: jobs, and how far billing is behind."""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections
from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateJob
from prometheus_client import Gauge
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from billing.mediation.services import calls_behind
from tenants.accounts.scope import finance_scope

log = structlog.get_logger(__name__)
DIFFERENCES = Gauge("seatline_reconciliation_differences", "Calls on which the books differ, of today and yesterday.")
JOBS, BEHIND = "seatline_jobs", "seatline_mediation_calls_behind"
_STATES = ("todo", "doing", "failed")


class Backlog(Collector):
    """Asked of PostgreSQL whenever Prometheus asks; silent while PostgreSQL is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Jobs by state, and calls that have ended and are not in usage."""
        jobs = GaugeMetricFamily(JOBS, "Jobs by state.", labels=["state"])
        behind = GaugeMetricFamily(BEHIND, "Calls that have ended and are not in usage yet.")
        try:
            counts = ProcrastinateJob.objects.filter(status__in=_STATES).values_list("status").annotate(Count("id"))
            found = dict(counts)
            for state in _STATES:
                jobs.add_metric([state], found.get(state, 0))
            with finance_scope():
                behind.add_metric([], calls_behind())
        except (DatabaseError, InterfaceError) as error:
            log.error("backlog cannot be told", cause=str(error).split("\n", maxsplit=1)[0])
            return
        finally:
            close_old_connections()
        yield jobs
        yield behind

    def describe(self) -> list[GaugeMetricFamily]:
        """Names without figures: nothing is asked at the start."""
        return [GaugeMetricFamily(JOBS, "Jobs by state."), GaugeMetricFamily(BEHIND, "Calls not in usage yet.")]


def tell_backlog() -> None:
    """Tell it in this process from now on."""
    REGISTRY.register(Backlog())
