"""The table of the amounts at which tenants want to be warned."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class BillAlert(models.Model):
    """The amount at which a tenant wants to know of its bill so far, and when it was last reached.

    `raised_for` is the first day of the period in which it was: each period warns once.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set at"))
    raised_for = models.DateField(_("reached in the period from"), null=True, blank=True)
    raised_at = models.DateTimeField(_("reached at"), null=True, blank=True)
    raised_amount = models.DecimalField(_("amount then"), max_digits=18, decimal_places=2, null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("bill alert")
        verbose_name_plural = _("bill alerts")
        ordering = ["tenant", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "currency"],
                name="one_alert_per_currency",
                violation_error_message=_("There is already an alert in this currency."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="alert_is_above_nought",
                violation_error_message=_("Enter an amount above nought."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"
