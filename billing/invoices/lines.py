"""Tables of a document's lines: what is printed, and the calculation behind it."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.contracts.models import PriceComponent
from billing.invoices.documents import Document
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class DocumentLine(models.Model):
    """One line as printed. `amount` is net, rounded once; tax stands beside it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    document = models.ForeignKey(Document, models.CASCADE, related_name="lines", verbose_name=_("document"))
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.CharField(_("text"), max_length=200)
    text_zh = models.CharField(_("Chinese text"), max_length=200)
    words = models.TextField(_("calculation"), help_text=_("The arithmetic of this line in words."))
    words_zh = models.TextField(_("calculation in Chinese"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), help_text=_("The day after the last day."))
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6)
    unit = models.CharField(_("unit"), max_length=24)
    unit_price = models.DecimalField(_("unit price"), max_digits=18, decimal_places=6)
    amount = models.DecimalField(_("net amount"), max_digits=18, decimal_places=2)
    tax_code = models.CharField(_("tax code"), max_length=32)
    tax_rate = models.DecimalField(_("tax rate in percent"), max_digits=6, decimal_places=3)
    tax = models.DecimalField(_("tax"), max_digits=18, decimal_places=2, default=Decimal(0))
    tax_category = models.CharField(_("tax category"), max_length=2, default="S")
    kind = models.CharField(
        _("kind of price"), max_length=24, blank=True, help_text=_("Lines of one kind stand together.")
    )
    credits = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="credited_by", verbose_name=_("credits the line")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["document", "position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "document", "position"], name="one_line_per_position"),
        ]

    def __str__(self) -> str:
        return self.text


class Charge(models.Model):
    """The calculation behind one line: the total of a component and period so far, less what was billed before.

    `revision` counts the documents on which the same part of a component stood for the same period. Two runs that work
    out the same charge collide on `charge_once`: the constraint, not a check, keeps a double bill away.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    line = models.ForeignKey(DocumentLine, models.CASCADE, related_name="charges", verbose_name=_("line"))
    document = models.ForeignKey(Document, models.CASCADE, related_name="charges", verbose_name=_("document"))
    component = models.ForeignKey(PriceComponent, models.PROTECT, related_name="charges", verbose_name=_("price"))
    part = models.CharField(_("part"), max_length=16, help_text=_("Which line of the component: fee, usage, true-up …"))
    period_starts_on = models.DateField(_("period from"))
    revision = models.PositiveSmallIntegerField(_("revision"))
    quantity = models.DecimalField(_("quantity so far"), max_digits=18, decimal_places=6)
    exact = models.CharField(_("exact amount so far"), max_length=80, help_text=_("A fraction, before rounding."))
    total = models.DecimalField(_("amount so far"), max_digits=18, decimal_places=2)
    billed_before = models.DecimalField(_("billed before"), max_digits=18, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    usage_after = models.BigIntegerField(_("usage after"), default=0)
    usage_to = models.BigIntegerField(_("usage up to"), default=0)
    trace = models.JSONField(_("steps"), default=list)
    evidence = models.JSONField(_("days and hours behind it"), default=list)
    inputs_sha256 = models.CharField(_("hash of the inputs"), max_length=64)

    objects = TenantManager()

    class Meta:
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        ordering = ["document", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "component", "part", "period_starts_on", "revision"],
                name="charge_once",
                violation_error_message=_("This charge is already on a document."),
            ),
            models.UniqueConstraint(fields=["tenant", "line"], name="one_charge_per_line"),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.part} {self.period_starts_on:%Y-%m-%d} r{self.revision}"
