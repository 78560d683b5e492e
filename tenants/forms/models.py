"""Tables of scripts and questionnaires, and of what was answered."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Script(models.Model):
    """What agents read out and ask, step by step. The draft is changed; versions are published and stay."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100, blank=True)
    draft = models.JSONField(_("draft"), default=list, help_text=_("As tenants/forms/rules.py reads it."))
    shown = models.PositiveIntegerField(_("version in use"), null=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"], name="script_code_is_unique",
                violation_error_message=_("There is already a script with this code."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class ScriptVersion(models.Model):
    """A script as it was published; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    script = models.ForeignKey(Script, models.PROTECT, related_name="versions", verbose_name=_("script"))
    no = models.PositiveIntegerField(_("number"))
    definition = models.JSONField(_("definition"))
    published_at = models.DateTimeField(_("published at"))
    published_by = models.CharField(_("published by"), max_length=150)

    objects = TenantManager()

    class Meta:
        verbose_name = _("version of a script")
        verbose_name_plural = _("versions of scripts")
        ordering = ["script", "-no"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "script", "no"], name="script_version_is_unique",
                violation_error_message=_("Each number of a version is given once."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.script} {self.no}"


class ScriptAnswers(models.Model):
    """What one customer answered, to which version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    version = models.ForeignKey(ScriptVersion, models.PROTECT, related_name="answers", verbose_name=_("version"))
    customer = models.ForeignKey(
        "tenants.Customer", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    call_id = models.UUIDField(_("call"), null=True, blank=True)
    answers = models.JSONField(_("answers"), default=dict)
    complete = models.BooleanField(_("complete"), default=False)
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.CharField(_("taken by"), max_length=150)

    objects = TenantManager()

    class Meta:
        verbose_name = _("answers to a script")
        verbose_name_plural = _("answers to scripts")
        ordering = ["-taken_at", "id"]
        indexes = [models.Index(fields=["tenant", "-taken_at", "id"], name="script_answers_of_tenant")]

    def __str__(self) -> str:
        return f"{self.version} {self.taken_at:%Y-%m-%d %H:%M}"
