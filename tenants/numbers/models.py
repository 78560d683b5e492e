"""Telephone numbers of the operator, and which tenant holds which one from when to when."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager
from tenants.periods import ends_after_start, never_twice_at_once, one_text, one_uuid


class Number(models.Model):
    """A number on one of the operator's trunks, in canonical form. Never deleted: its history stays."""

    class Kind(models.TextChoices):
        """What callers know the number as."""

        SHORT = "short", _("shared short code")
        LOCAL = "local", _("local hotline")
        NATIONAL = "national", _("national access number")
        DID = "did", _("direct line")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    e164 = models.CharField(
        _("number"),
        max_length=16,
        unique=True,
        validators=[RegexValidator(r"^\+[1-9]\d{2,14}$", _("Write the number as +862161234567."))],
        help_text=_("With + and country code, without spaces: +862161234567."),
    )
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=Kind,
        help_text=_(
            "On a shared short code the caller chooses a merchant of the directory; the others belong to one tenant."
        ),
    )
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("For the operator's staff only."))

    objects = models.Manager()

    class Meta:
        verbose_name = _("number")
        verbose_name_plural = _("numbers")
        ordering = ["e164"]
        constraints = [
            models.CheckConstraint(
                name="number_is_canonical",
                condition=models.Q(e164__regex=r"^\+[1-9][0-9]{2,14}$"),
                violation_error_message=_("Write the number as +862161234567."),
            )
        ]

    def __str__(self) -> str:
        return self.e164


class NumberAssignment(models.Model):
    """A tenant holds a number for a period. History is kept: a return sets the end, nothing is deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.ForeignKey(Number, models.PROTECT, related_name="assignments", verbose_name=_("number"))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("From this instant on the number is free again; empty while no end is agreed."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("number assignment")
        verbose_name_plural = _("number assignments")
        ordering = ["number", "starts_at"]
        indexes = [models.Index(fields=["tenant", "starts_at"], name="assignments_of_tenant")]
        constraints = [
            ends_after_start("assignment_ends_after_start"),
            never_twice_at_once(
                one_uuid("number"),
                name="number_has_one_tenant",
                message=_("Another tenant holds this number in that time, or the same one already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.tenant}"


class DirectoryListing(models.Model):
    """A merchant on a shared short code: the code a caller keys, and the names an agent looks up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.ForeignKey(Number, models.PROTECT, related_name="listings", verbose_name=_("short code"))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    code = models.CharField(
        _("merchant code"),
        max_length=6,
        validators=[RegexValidator(r"^\d{2,6}$", _("Two to six digits."))],
        help_text=_("What the caller keys; all codes of one number have the same length."),
    )
    name = models.CharField(_("name"), max_length=200, help_text=_("As it is spoken and shown to agents."))
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("From this instant on the code is free again.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("directory listing")
        verbose_name_plural = _("directory listings")
        ordering = ["number", "code", "starts_at"]
        indexes = [models.Index(fields=["tenant", "starts_at"], name="listings_of_tenant")]
        constraints = [
            ends_after_start("listing_ends_after_start"),
            never_twice_at_once(
                one_uuid("number"),
                one_text("code"),
                name="code_has_one_merchant",
                message=_("Another merchant has this code in that time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.code} · {self.name}"
