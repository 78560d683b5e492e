"""The floor of the clients: who they are, what they hold, what is theirs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    """The lowest floor; it looks at no other."""

    name = "tenants"
    verbose_name = _("Tenants")
