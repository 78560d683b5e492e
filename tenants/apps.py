"""The floor of the clients: who they are, what they hold, what is theirs."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    """The lowest floor; it looks at no other."""

    name = "tenants"
    verbose_name = _("Tenants")

    def ready(self) -> None:
        """After each `migrate`, make the staff's groups; tell of changed numbers, and of customers' cases."""
        from tenants.accounts.staff import make_groups  # noqa: PLC0415 - models are there only now
        from tenants.cases.of_customers import connect  # noqa: PLC0415
        from tenants.numbers.notices import listen_to_models  # noqa: PLC0415

        post_migrate.connect(make_groups, dispatch_uid="tenants.accounts.staff")
        listen_to_models()
        connect()
