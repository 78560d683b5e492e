"""The room's seats, and who has leased how many of them when.

What holds the room together stands in PostgreSQL (migration 0005): a trigger sums the occurrences that overlap and
refuses one seat more than are in service, and an exclusion constraint refuses a named seat twice.
"""

from datetime import date

from django.contrib.postgres.indexes import GistIndex
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager
from tenants.periods import ends_after_start, never_twice_at_once, one_uuid, period


class Seat(models.Model):
    """One workplace of the room; agents come and go."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveSmallIntegerField(_("number"), unique=True, validators=[MinValueValidator(1)])
    label = models.CharField(_("label"), max_length=40, blank=True, help_text=_("Where it stands, such as 3F-B12."))
    in_service = models.BooleanField(
        _("in service"),
        default=True,
        help_text=_("Only seats in service can be let; one that is needed for a lease cannot be taken out."),
    )

    objects = models.Manager()

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number:03d}"


def month_and_day(text: str) -> None:
    """Refuse what is no day of a year."""
    try:
        date.fromisoformat(f"2028-{text}")  # a leap year
    except ValueError as error:
        raise ValidationError(_("Write month-day, such as 06-01.")) from error


class SeatLease(models.Model):
    """A tenant's right to seats, from one instant to another, all day or at weekly hours."""

    class Kind(models.TextChoices):
        """Any seats, or certain ones."""

        POOLED = "pooled", _("any seats")
        NAMED = "named", _("named seats")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    # The contract lives on a floor above; no foreign key points up.
    contract_id = models.UUIDField(
        _("contract"), null=True, blank=True, help_text=_("The contract that bills the lease.")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.POOLED)
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1)])
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True, help_text=_("Empty while no end is agreed."))
    season_from = models.CharField(
        _("season from"),
        max_length=5,
        blank=True,
        validators=[month_and_day],
        help_text=_("Only in a part of every year: its first day as month-day, such as 06-01. Empty: all year."),
    )
    season_to = models.CharField(
        _("season to"),
        max_length=5,
        blank=True,
        validators=[month_and_day],
        help_text=_("Its last day, such as 08-31."),
    )
    expanded_until = models.DateTimeField(
        _("laid out until"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("How far the weekly hours have been laid out as occurrences; empty for a lease around the clock."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("seat lease")
        verbose_name_plural = _("seat leases")
        ordering = ["tenant", "starts_at"]
        constraints = [
            ends_after_start("lease_ends_after_start"),
            models.CheckConstraint(
                name="lease_has_seats",
                condition=models.Q(seats__gte=1),
                violation_error_message=_("A lease has at least one seat."),
            ),
            models.CheckConstraint(
                name="lease_season_is_whole",
                condition=models.Q(season_from="", season_to="") | ~models.Q(season_from="") & ~models.Q(season_to=""),
                violation_error_message=_("A season has a first and a last day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.seats}"


class LeaseWindow(models.Model):
    """Weekly hours of a lease, in the tenant's time zone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    lease = models.ForeignKey(SeatLease, models.CASCADE, related_name="windows", verbose_name=_("lease"))
    weekdays = models.CharField(
        _("weekdays"),
        max_length=7,
        default="1234567",
        validators=[RegexValidator(r"^(?=.)1?2?3?4?5?6?7?$", _("Digits 1 (Monday) to 7 (Sunday), in order."))],
        help_text=_("Days on which the window begins: 1 is Monday, 7 Sunday; 12345 is Monday to Friday."),
    )
    from_time = models.TimeField(_("from"))
    to_time = models.TimeField(
        _("to"), help_text=_("Not later than the start: the window passes midnight; equal to it: a whole day.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("lease window")
        verbose_name_plural = _("lease windows")
        ordering = ["lease", "weekdays", "from_time"]

    def __str__(self) -> str:
        return f"{self.weekdays} {self.from_time:%H:%M}-{self.to_time:%H:%M}"


class LeaseOccurrence(models.Model):
    """One unbroken stretch of a lease: what the room's limit is counted on and what bills rest on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    lease = models.ForeignKey(SeatLease, models.CASCADE, related_name="occurrences", verbose_name=_("lease"))
    seats = models.PositiveSmallIntegerField(_("seats"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("lease occurrence")
        verbose_name_plural = _("lease occurrences")
        ordering = ["starts_at"]
        indexes = [
            models.Index(fields=["tenant", "starts_at"], name="occurrences_of_tenant"),
            GistIndex(period(), name="occurrences_over_time"),
        ]
        constraints = [
            ends_after_start("occurrence_ends_after_start"),
            never_twice_at_once(
                one_uuid("lease"), name="lease_counts_once", message=_("A lease cannot count twice at one time.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lease} {self.starts_at:%Y-%m-%d %H:%M}"


class NamedSeat(models.Model):
    """A certain seat, let to one tenant for one occurrence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    occurrence = models.ForeignKey(
        LeaseOccurrence, models.CASCADE, related_name="named_seats", verbose_name=_("occurrence")
    )
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="lettings", verbose_name=_("seat"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("named seat")
        verbose_name_plural = _("named seats")
        ordering = ["seat", "starts_at"]
        indexes = [models.Index(fields=["tenant", "starts_at"], name="named_seats_of_tenant")]
        constraints = [
            ends_after_start("named_seat_ends_after_start"),
            never_twice_at_once(
                one_uuid("seat"), name="seat_is_let_once", message=_("This seat is let to somebody in that time.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} · {self.tenant}"
