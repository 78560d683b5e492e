"""Whom a tenant may call outside, and whom never. Trunks themselves are beside the phones, in `plans/lines.py`."""

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


class DoNotCall(models.Model):
    """A number that a tenant does not call, whoever asks for it: no agent, callback, forwarding or program."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    number = models.CharField(
        _("number"),
        max_length=16,
        validators=[RegexValidator(r"^\+[1-9][0-9]{4,14}$", _("A whole number with its country, as +8613800000001."))],
        help_text=_("In full, with plus sign and country."),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, help_text=_("Who asked for it, and when."))
    since_at = models.DateTimeField(_("since"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("number not to be called")
        verbose_name_plural = _("numbers not to be called")
        ordering = ["tenant", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="do_not_call_is_said_once",
                violation_error_message=_("This number is on the list already."),
            ),
            models.CheckConstraint(
                name="do_not_call_is_a_number",
                condition=models.Q(number__regex=r"^\+[1-9][0-9]{4,14}$"),
                violation_error_message=_("A whole number with its country, as +8613800000001."),
            ),
        ]

    def __str__(self) -> str:
        return self.number
