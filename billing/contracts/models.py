"""Contracts, their versions by date, and the prices in each version."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.contracts.parties import BillingEntity, TaxRule, TenantBilling, currency_code
from billing.rating.kinds import KINDS, read_params
from seatline.errors import BadInput
from seatline.ids import new_id
from tenants.accounts.models import real_time_zone
from tenants.accounts.scope import TenantManager

__all__ = ["BillingEntity", "Contract", "ContractFile", "ContractVersion", "PriceComponent", "TaxRule", "TenantBilling"]


#: Rating knows no Django, so its kinds get their names for people here.
KIND_NAMES = {
    "seat_month": _("per seat and month"),
    "seat_hour": _("per seat and hour"),
    "bundle": _("bundle with overage"),
    "metered": _("per call"),
    "commission": _("commission on success"),
    "milestone": _("project by milestones"),
    "staff_hour": _("staff by the hour"),
    "staff_month": _("staff by the month"),
    "recurring": _("rent"),
    "number_month": _("rent by number"),
    "outside_minutes": _("minutes to numbers outside"),
    "storage": _("storage"),
    "one_off": _("one-off work"),
    "discount": _("discount"),
    "credit": _("credit"),
    "penalty": _("service-level penalty"),
    "commitment": _("minimum or maximum over several prices"),
}


def kind_choices() -> list[tuple[str, Any]]:
    """The price kinds, in the words of the price list. A function, so that a new kind needs no migration."""
    return [(name, KIND_NAMES[name]) for name in KINDS]


class Contract(models.Model):
    """What the operator and a tenant have agreed on; the prices stand in its versions."""

    class Cycle(models.TextChoices):
        """How often a bill comes; prices are for one period of it."""

        MONTH = "month", _("every month")
        QUARTER = "quarter", _("every quarter")
        WEEK = "week", _("every week")

    class DayCount(models.TextChoices):
        """How parts of a period are counted."""

        ACTUAL = "actual", _("by the days that there are")
        THIRTY = "30", _("every month has 30 days")

    class ServiceMode(models.TextChoices):
        """What is let."""

        SERVICE_OUTSOURCING = "service_outsourcing", _("service outsourcing")
        SEAT_LEASING = "seat_leasing", _("seat leasing")
        TEMPORARY_RENTAL = "temporary_rental", _("temporary rental")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="contracts", verbose_name=_("tenant"))
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="contracts", verbose_name=_("seller"))
    number = models.CharField(_("contract number"), max_length=40)
    service_mode = models.CharField(_("service mode"), max_length=24, choices=ServiceMode)
    starts_on = models.DateField(_("first day"), help_text=_("In the contract's time zone."))
    ends_on = models.DateField(
        _("ends on"), null=True, blank=True, help_text=_("The day after the last day of service; empty while it runs.")
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Shanghai",
        validators=[real_time_zone],
        help_text=_("Days and periods of this contract begin at midnight there."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY", validators=[currency_code])
    cycle = models.CharField(
        _("billing cycle"),
        max_length=8,
        choices=Cycle,
        default=Cycle.MONTH,
        help_text=_("Prices for a whole period are then for so long; quarters begin in January, April, July, October."),
    )
    day_count = models.CharField(
        _("parts of a period"),
        max_length=8,
        choices=DayCount,
        default=DayCount.ACTUAL,
        help_text=_("With 30 days the last day of a month makes up for those it is short of; weeks have seven."),
    )
    billing_day = models.PositiveSmallIntegerField(
        _("billing day"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_(
            "Day of the month on which a period begins, in shorter months their last day; for weeks 1 (Monday) to 7."
        ),
    )
    cutoff_days = models.PositiveSmallIntegerField(
        _("days to wait for late usage"),
        default=3,
        help_text=_("After the end of a period; what comes later stands on the next document."),
    )

    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    end_noted_at = models.DateTimeField(_("end noted at"), null=True, blank=True)
    end_reason = models.CharField(_("why it ends"), max_length=200, blank=True)
    farewell_from = models.DateField(
        _("farewell from"),
        null=True,
        blank=True,
        help_text=_("From this day the tenant's data may be handed over and destroyed on its written request."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="contract_number_once_per_tenant",
                violation_error_message=_("This tenant already has a contract with that number."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gt=models.F("starts_on")),
                name="contract_ends_after_it_starts",
                violation_error_message=_("A contract ends after its first day."),
            ),
            models.CheckConstraint(
                condition=models.Q(billing_day__gte=1, billing_day__lte=31),
                name="billing_day_is_a_day",
                violation_error_message=_("The billing day is a day of the month, 1 to 31."),
            ),
            models.CheckConstraint(
                condition=~models.Q(cycle="week") | models.Q(billing_day__lte=7),
                name="weeks_begin_on_a_weekday",
                violation_error_message=_("Weeks begin on a weekday, 1 (Monday) to 7."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContractFile(models.Model):
    """A signed document of a contract as it came, with its hash. Files are added and never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="files", verbose_name=_("contract"))
    name = models.CharField(_("file name"), max_length=120)
    content = models.BinaryField(_("content"))
    size = models.PositiveIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField("SHA-256", max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("signed document")
        verbose_name_plural = _("signed documents")
        ordering = ["contract", "added_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "contract", "sha256"],
                name="signed_document_once",
                violation_error_message=_("This very file is kept already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ContractVersion(models.Model):
    """The prices of a contract from a day on, until the next approved version begins.

    A version has no end of its own, so that two versions can neither overlap nor leave a gap. Only approved versions
    price anything; an approved version and its prices do not change any more (a trigger refuses it).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="versions", verbose_name=_("contract"))
    starts_on = models.DateField(_("in force from"))
    note = models.CharField(_("what changes"), max_length=200, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("contract version")
        verbose_name_plural = _("contract versions")
        ordering = ["contract", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "contract", "starts_on"],
                name="one_version_per_day",
                violation_error_message=_("A version of this contract already begins on that day."),
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("written_by")),
                name="version_approved_by_another",
                violation_error_message=_("Another person than the one who wrote the version approves it."),
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True, approved_at__isnull=True)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                name="version_approval_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.starts_on:%Y-%m-%d}"


class PriceComponent(models.Model):
    """One priced item of a version: a kind, its parameters, and the words on the invoice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    version = models.ForeignKey(ContractVersion, models.CASCADE, related_name="components", verbose_name=_("version"))
    code = models.SlugField(_("code"), max_length=32)
    kind = models.CharField(_("kind of price"), max_length=24, choices=kind_choices)
    params = models.JSONField(
        _("parameters"), default=dict, help_text=_('Amounts as text, such as "1.20"; see docs/pricing.md.')
    )
    invoice_text = models.CharField(_("text on the invoice"), max_length=120)
    invoice_text_zh = models.CharField(_("Chinese text on the invoice"), max_length=120)
    tax_code = models.SlugField(_("tax code"), max_length=32)
    position = models.PositiveSmallIntegerField(_("position"), default=1)

    objects = TenantManager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["version", "position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "version", "code"],
                name="component_code_once_per_version",
                violation_error_message=_("This version already has a price with that code."),
            )
        ]

    def __str__(self) -> str:
        return self.invoice_text

    def clean(self) -> None:
        """Refuse parameters that the kind cannot read."""
        try:
            read_params(self.kind, self.params)
        except BadInput as error:
            raise ValidationError({"params": error.message}) from error
