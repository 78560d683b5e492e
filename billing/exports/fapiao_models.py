"""Tables of China's fapiao: what was asked of the tax platform for a document, and what came back."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.contracts.models import BillingEntity
from billing.invoices.models import Document
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Fapiao(models.Model):
    """A fapiao for a document: the tax platform issues it, we ask for it and keep its number and file.

    A fapiao is never voided: a credit note asks for a red one, which the platform issues after a confirmation.
    """

    class Colour(models.TextChoices):
        """Blue bills, red takes back."""

        BLUE = "blue", _("blue fapiao")
        RED = "red", _("red-letter fapiao")

    class Status(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("to be requested")
        REQUESTED = "requested", _("requested")
        ISSUED = "issued", _("issued")
        FAILED = "failed", _("refused by the platform")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="+", verbose_name=_("seller"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="fapiao", verbose_name=_("document"))
    colour = models.CharField(_("colour"), max_length=4, choices=Colour)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    flow_number = models.CharField(
        _("flow number"), max_length=20, help_text=_("发票流水号: ours, by which the platform's answer is known again.")
    )
    number = models.CharField(
        _("fapiao number"),
        max_length=20,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{20}$", _("The number of a fully digital fapiao has 20 digits."))],
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    answer = models.CharField(_("answer of the platform"), max_length=300, blank=True)
    file_name = models.CharField(_("file name"), max_length=120, blank=True)
    file = models.BinaryField(_("file"), null=True, blank=True)
    file_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    batch = models.UUIDField(_("batch"), null=True, blank=True, help_text=_("The export in which it was requested."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("requested by"),
    )
    asked_at = models.DateTimeField(_("requested at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("fapiao")
        verbose_name_plural = _("fapiao")
        ordering = ["-asked_at", "flow_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document"],
                name="one_fapiao_per_document",
                violation_error_message=_("A fapiao was already asked for this document."),
            ),
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="fapiao_number_once",
                condition=~Q(number=""),
                violation_error_message=_("This fapiao number is already kept for another document."),
            ),
            models.CheckConstraint(
                condition=Q(status="issued") & ~Q(number="") | ~Q(status="issued") & Q(number=""),
                name="fapiao_number_means_issued",
                violation_error_message=_("A fapiao has a number once it is issued, and not before."),
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.flow_number
