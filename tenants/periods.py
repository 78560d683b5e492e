"""Things that hold from one instant to another, and the constraints that keep two of them apart.

A period is two columns, `starts_at` and `ends_at` (exclusive; empty: no end known). PostgreSQL compares them as
`tstzrange`. Without the contrib extension btree_gist an exclusion constraint cannot compare a UUID or a text for
equality, so the key becomes a range of one value, of a range type that migration 0003 makes: equal means overlapping.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import CheckConstraint, F, Field, Func, Q, Value
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def period() -> Func:
    """The row's period as a range, for constraints and indexes."""
    return Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())


def one_uuid(field: str) -> Func:
    """The UUID in `field` as a range of one value."""
    return Func(F(field), F(field), Value("[]"), function="uuidrange", output_field=Field())


def one_text(field: str) -> Func:
    """The text in `field` as a range of one value."""
    return Func(F(field), F(field), Value("[]"), function="textrange", output_field=Field())


def never_twice_at_once(*keys: Func, name: str, message: "StrOrPromise") -> ExclusionConstraint:
    """At no instant may two rows have the same keys."""
    expressions = [*((key, "&&") for key in keys), (period(), "&&")]
    return ExclusionConstraint(name=name, expressions=expressions, index_type="gist", violation_error_message=message)


def ends_after_start(name: str) -> CheckConstraint:
    """A period is at least an instant long."""
    return CheckConstraint(
        name=name,
        condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
        violation_error_message=_("The end must come after the start."),
    )


def in_force(at: datetime) -> Q:
    """Rows whose period holds the instant."""
    return Q(starts_at__lte=at) & ends_after(at)


def ends_after(at: datetime) -> Q:
    """Rows whose period is not over at the instant, begun or not."""
    return Q(ends_at__isnull=True) | Q(ends_at__gt=at)


def overlapping(starts_at: datetime, ends_at: datetime | None) -> Q:
    """Rows whose period shares an instant with the given one."""
    rows = ends_after(starts_at)
    return rows if ends_at is None else rows & Q(starts_at__lt=ends_at)
