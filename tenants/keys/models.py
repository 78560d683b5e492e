"""Keys of programs that use the API, and the answers that are kept for requests that come twice."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.rights import Kind
from tenants.accounts.scope import TenantManager
from tenants.keys.rules import prefix


class ApiKey(models.Model):
    """The right of a program to use the API; only a hash of its secret is kept. Never deleted: logs name it."""

    class Holder(models.TextChoices):
        """On whose behalf the program asks; the values of `rights.Kind`."""

        TENANT = Kind.TENANT.value, _("a tenant")
        OPS = Kind.OPS.value, _("the operator")
        FIN = Kind.FIN.value, _("the operator's finance")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Empty: a key of the operator's own."),
    )
    holder = models.CharField(_("on behalf of"), max_length=8, choices=Holder, default=Holder.TENANT)
    name = models.CharField(_("name"), max_length=100, help_text=_("Which program uses it, such as “shop import”."))
    rights = models.JSONField(_("rights"), default=list, help_text=_("Names of tenants/accounts/rights.py."))
    hashed = models.CharField(_("hash"), max_length=64, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("in the name of"),
        help_text=_("What the program writes counts as this person's, and ends with the person's account."),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, help_text=_("To the minute."))

    objects = TenantManager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["tenant", "made_at"], name="keys_of_tenant")]
        constraints = [
            models.CheckConstraint(
                name="key_is_a_tenants_or_the_operators",
                condition=models.Q(holder="tenant", tenant__isnull=False)
                | models.Q(holder__in=["ops", "fin"], tenant__isnull=True),
                violation_error_message=_("A tenant's key names the tenant; a key of the operator names none."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.name}"

    @property
    def prefix(self) -> str:
        """By which the key is recognised."""
        return prefix(self.id)


class KeptAnswer(models.Model):
    """The answer to a request that carried an Idempotency-Key: given again if the request comes again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    asked_by = models.CharField(_("asked by"), max_length=60, help_text=_("The API key or person."))
    key = models.CharField(_("key"), max_length=255)
    request_sha256 = models.CharField(_("hash of the request"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), default=0)
    body = models.JSONField(_("answer"), null=True, encoder=DjangoJSONEncoder)
    made_at = models.DateTimeField(_("made at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["made_at"], name="answers_by_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "asked_by", "key"],
                name="request_is_done_once",
                nulls_distinct=False,
                violation_error_message=_("This request is answered already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.asked_by} {self.key}"
