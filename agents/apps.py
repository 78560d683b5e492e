"""The floor of the people at the seats."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgentsConfig(AppConfig):
    """Reads tenants' seats and leases; knows nothing of telephony and billing."""

    name = "agents"
    verbose_name = _("Agents")
