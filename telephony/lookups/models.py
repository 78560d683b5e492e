"""What flows may ask and order for a tenant: its systems, its tables, who is locked out, and orders on their way."""

from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class System(models.Model):
    """A tenant's system that its flows may ask: the one list of addresses to which the switch ever goes for a flow."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    code = models.SlugField(_("code"), max_length=32, help_text=_("The name in flows."))
    base_url = models.CharField(
        _("address"),
        max_length=200,
        validators=[URLValidator(schemes=["https", "http"])],
        help_text=_("As in https://shop.example/api; paths of flows are below it."),
    )
    header = models.CharField(
        _("header"),
        max_length=60,
        blank=True,
        validators=[RegexValidator(r"^[A-Za-z][A-Za-z0-9-]*$")],
        help_text=_("Name of the header that carries the secret, as in X-Api-Key."),
    )
    sealed_secret = models.TextField(
        _("secret"),
        blank=True,
        editable=False,
        help_text=_("Sealed by a key of this machine that is not in the database."),
    )
    inside = models.BooleanField(
        _("inside"),
        default=False,
        help_text=_("It may be at a private address, as behind a line between the two houses."),
    )
    active = models.BooleanField(_("active"), default=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("system")
        verbose_name_plural = _("systems")
        ordering = ["tenant", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="system_code_is_unique",
                violation_error_message=_("This tenant has a system with this code already."),
            )
        ]

    def __str__(self) -> str:
        return self.code


class TableRow(models.Model):
    """A row of one of the tenant's own tables, for flows of tenants without a system that answers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    table = models.SlugField(_("table"), max_length=32)
    key = models.CharField(_("key"), max_length=64, help_text=_("What callers key, as an account or order number."))
    values = models.JSONField(_("values"), default=dict, blank=True)
    pin_hash = models.CharField(_("PIN"), max_length=128, blank=True, editable=False)

    objects = TenantManager()

    class Meta:
        verbose_name = _("row of a table")
        verbose_name_plural = _("rows of tables")
        ordering = ["tenant", "table", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "table", "key"],
                name="table_key_is_unique",
                violation_error_message=_("This table has a row with this key already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


class PinGuard(models.Model):
    """How many wrong PINs in a row were keyed for an account, or by a caller; and until when no more is taken."""

    class Kind(models.TextChoices):
        """Whose tries are counted."""

        ACCOUNT = "account", _("account")
        CALLER = "caller", _("caller")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    who = models.CharField(_("who"), max_length=80)
    failures = models.PositiveIntegerField(_("wrong PINs"), default=0)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("guard of PINs")
        verbose_name_plural = _("guards of PINs")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "who"],
                name="pin_guard_is_one",
                violation_error_message=_("There is a guard for this account or caller already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.who}"


class Order(models.Model):
    """What a caller has confirmed by a key; made from the ledger, and then posted to the tenant's system."""

    class State(models.TextChoices):
        """How far it has come."""

        PENDING = "pending", _("on its way")
        DELIVERED = "delivered", _("delivered")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, editable=False, help_text=_("Made from call and key."))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    call = models.ForeignKey("telephony.Call", models.CASCADE, related_name="orders", verbose_name=_("call"))
    key = models.CharField(_("key"), max_length=120, help_text=_("Names the order for the receiver, once and for all."))
    system = models.CharField(_("system"), max_length=32)
    path = models.CharField(_("path"), max_length=500)
    content = models.JSONField(_("content"))
    confirmed_at = models.DateTimeField(_("confirmed at"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-confirmed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key"],
                name="order_is_placed_once",
                violation_error_message=_("This order is there already."),
            )
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="pending"), name="orders_on_their_way")
        ]

    def __str__(self) -> str:
        return self.key
