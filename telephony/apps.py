"""The floor that makes calls happen."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelephonyConfig(AppConfig):
    """Reads agents' presence and tenants' numbers; knows nothing of billing."""

    name = "telephony"
    verbose_name = _("Telephony")
