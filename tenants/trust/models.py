"""The tables of the operation log. Rows come by the function `log_operation` alone and are never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Operation(models.Model):
    """One act on a tenant's data, in the tenant's own chain; without a tenant in the operator's.

    `act`, `at` and `actor` stand in `content` too, which is what the hash seals; here they can be searched for.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"),
        help_text=_("Empty: an act on the operator's own things."),
    )  # fmt: skip
    seq = models.PositiveBigIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    act = models.CharField(_("act"), max_length=60)
    actor = models.CharField(_("who"), max_length=150)
    content = models.TextField(_("content"))
    before = models.CharField(_("hash before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    objects = TenantManager()

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["tenant", "-seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "seq"],
                name="operation_number_is_unique",
                nulls_distinct=False,
                violation_error_message=_("Each number of a log is given once."),
            )
        ]
        indexes = [models.Index(fields=["tenant", "at"], name="operations_of_tenant")]

    def __str__(self) -> str:
        return f"{self.seq} {self.at:%Y-%m-%d %H:%M:%S} {self.actor} {self.act}"


class Anchor(models.Model):
    """A head of a chain that was signed and sent away."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"))
    seq = models.PositiveBigIntegerField(_("number"))
    hash = models.CharField(_("hash"), max_length=64)
    made_at = models.DateTimeField(_("made at"))
    signature = models.CharField(_("signature"), max_length=128, help_text=_("Ed25519 over the head, hexadecimal."))
    public_key = models.CharField(_("public key"), max_length=64)

    objects = TenantManager()

    class Meta:
        verbose_name = _("anchor")
        verbose_name_plural = _("anchors")
        ordering = ["tenant", "-seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "seq"],
                name="anchor_number_is_unique",
                nulls_distinct=False,
                violation_error_message=_("A head is signed once."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.hash[:12]}"
