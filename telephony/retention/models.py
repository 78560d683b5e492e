"""Tables of retention."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Kind(models.TextChoices):
    """Kinds of sound that are kept."""

    RECORDING = "recording", _("recordings")
    VOICEMAIL = "voicemail", _("voicemail")


class RetentionRule(models.Model):
    """For how many days a tenant's contract has one kind of sound kept; without a rule it is kept until deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    days = models.PositiveIntegerField(
        _("days"), validators=[MinValueValidator(1)],
        help_text=_("Whole days from the storing on; what is older is destroyed in the next night."),
    )  # fmt: skip
    contract = models.CharField(_("contract"), max_length=60, blank=True, help_text=_("Where this is agreed."))

    objects = TenantManager()

    class Meta:
        verbose_name = _("retention")
        verbose_name_plural = _("retention")
        ordering = ["tenant", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind"],
                name="retention_is_said_once",
                violation_error_message=_("For this kind of sound there is a rule already: change that one."),
            ),
            models.CheckConstraint(
                name="retention_is_a_day_or_more",
                condition=models.Q(days__gte=1),
                violation_error_message=_("Sound is kept for a day at least."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.days}"


class LegalHold(models.Model):
    """Nothing of this call is destroyed, or of the tenant at all if no call is named, until somebody lifts the hold."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    call = models.ForeignKey(
        "telephony.Call", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("call"),
        help_text=_("Empty: all of the tenant's sound."),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=200, help_text=_("Such as the court's reference."))
    placed_at = models.DateTimeField(_("placed at"))
    lifted_at = models.DateTimeField(_("lifted at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        ordering = ["-placed_at"]
        indexes = [
            models.Index(fields=["tenant"], condition=models.Q(lifted_at__isnull=True), name="holds_in_force"),
        ]

    def __str__(self) -> str:
        return self.reason


class Destroyed(models.Model):
    """Sound that is gone: what it was, why it went, and the hash of what was destroyed."""

    class Why(models.TextChoices):
        """On whose account."""

        AGE = "age", _("older than agreed")
        ASKED = "asked", _("deleted by a person")

    id = models.UUIDField(primary_key=True, editable=False, help_text=_("That of the recording or message."))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    call_id = models.UUIDField(_("call"))
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, help_text=_("Empty: there was no file."))
    why = models.CharField(_("why"), max_length=5, choices=Why)
    destroyed_at = models.DateTimeField(_("destroyed at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("destroyed sound")
        verbose_name_plural = _("destroyed sound")
        ordering = ["-destroyed_at"]
        indexes = [models.Index(fields=["tenant", "destroyed_at"], name="destroyed_of_tenant")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.destroyed_at:%Y-%m-%d}"
