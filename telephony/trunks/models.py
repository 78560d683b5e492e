"""Whom a tenant may call outside. Trunks themselves are beside the phones, in `plans/lines.py`."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class OutsideRule(models.Model):
    """A beginning of numbers that a tenant's calls may go to; what no rule allows is not dialled."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    prefix = models.CharField(
        _("beginning of the number"),
        max_length=16,
        validators=[RegexValidator(r"^\+[1-9][0-9]{0,14}$", _("A plus sign, the country and what follows, as +8613."))],
        help_text=_("Numbers that begin so may be called: +86 is the whole country, +8613800000001 one telephone."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("rule for calls to outside")
        verbose_name_plural = _("rules for calls to outside")
        ordering = ["tenant", "prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "prefix"],
                name="outside_rule_is_made_once",
                violation_error_message=_("This tenant may call these numbers already."),
            ),
            models.CheckConstraint(
                name="outside_rule_is_a_prefix",
                condition=models.Q(prefix__regex=r"^\+[1-9][0-9]{0,14}$"),
                violation_error_message=_("A rule is a plus sign, the country and what follows, as +8613."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} → {self.prefix}…"
