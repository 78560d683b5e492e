"""The floor that prices what happened."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """Reads usage of the floors below; no call ever waits for it."""

    name = "billing"
    verbose_name = _("Billing")
