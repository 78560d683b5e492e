"""Tenants that leave: since when, because of which contract, and what they have asked for."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Farewell(models.Model):
    """The way of a tenant out of the house. It begins when its last contract ends.

    From `begins_on` its data may be handed over and, on its written request, destroyed. Nothing is destroyed without
    the request: until then the tenant's people reach their page, invoices and statements as before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="farewells", verbose_name=_("tenant"))
    begins_on = models.DateField(_("begins on"), help_text=_("The day after the last day of service."))
    contract_id = models.UUIDField(_("contract"), help_text=_("The last contract; it lives on a floor above."))
    reason = models.CharField(_("why"), max_length=200, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("noted by"))
    noted_at = models.DateTimeField(_("noted at"))
    called_off_at = models.DateTimeField(
        _("called off at"), null=True, blank=True, help_text=_("The tenant stays: a new contract was made.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("farewell")
        verbose_name_plural = _("farewells")
        ordering = ["-begins_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                name="one_farewell_at_a_time",
                condition=models.Q(called_off_at__isnull=True),
                violation_error_message=_("The farewell of this tenant has begun already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} · {self.begins_on:%Y-%m-%d}"
