"""Tenants, users and who belongs where."""

from zoneinfo import available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


def real_time_zone(name: str) -> None:
    """Refuse a time zone that the tz database does not know."""
    if name not in available_timezones():
        problem = _("There is no time zone “%(name)s”; write it as in Asia/Shanghai.")
        raise ValidationError(problem, params={"name": name})


class Language(models.TextChoices):
    """Languages of screens, documents and prompts."""

    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"


class Tenant(models.Model):
    """A client enterprise that lets seats, staff or numbers from the operator."""

    class Status(models.TextChoices):
        """Whether the tenant's calls are answered."""

        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(
        _("code"),
        max_length=32,
        unique=True,
        help_text=_("Short name in addresses and file names; cannot change later."),
    )
    name = models.CharField(_("name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Shanghai",
        validators=[real_time_zone],
        help_text=_("Opening hours, leases, reports and bills of this tenant follow it."),
    )
    language = models.CharField(_("language"), max_length=8, choices=Language, default=Language.CHINESE)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default="#2563eb",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")],
        help_text=_("The band that tells agents at a glance for whom they answer."),
    )
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    # The tenant's own row is guarded by PostgreSQL alone: its key is `id`, not `tenant_id`.
    objects = models.Manager()

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name in the language of the screen."""
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class User(AbstractUser):
    """A person with a password: the operator's staff or a tenant's people. Agents log in with a code instead."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    language = models.CharField(_("language"), max_length=8, choices=Language, default=Language.ENGLISH)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")


class Membership(models.Model):
    """A user's role with one tenant. Users without a membership are the operator's own."""

    class Role(models.TextChoices):
        """What the person may do for the tenant."""

        OWNER = "owner", _("owner")
        SUPERVISOR = "supervisor", _("supervisor")
        FINANCE = "finance", _("finance")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships", verbose_name=_("tenant"))
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=16, choices=Role)

    objects = TenantManager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "user"],
                name="one_role_per_tenant",
                violation_error_message=_("This user already has a role with this tenant: change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"
