"""Flows with their versions, and which flow answers a number."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Flow(models.Model):
    """A dialogue with callers, such as a welcome and a menu. Without a tenant it is the operator's: a directory."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Empty: the operator's own, such as the directory of a shared short code."),
    )
    code = models.SlugField(_("code"), max_length=32, help_text=_("The name in reports; cannot change later."))
    name = models.CharField(_("name"), max_length=100)

    objects = TenantManager()

    class Meta:
        verbose_name = _("flow")
        verbose_name_plural = _("flows")
        ordering = ["tenant", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="flow_code_is_unique",
                nulls_distinct=False,
                violation_error_message=_("There is a flow with this code already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class FlowVersion(models.Model):
    """A state of a flow. At most one is a draft; a published one never changes (a trigger refuses it)."""

    class State(models.TextChoices):
        """Whether callers may meet it."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    flow = models.ForeignKey(Flow, models.PROTECT, related_name="versions", verbose_name=_("flow"))
    version = models.PositiveIntegerField(_("version"))
    definition = models.JSONField(_("definition"), help_text=_("See telephony/plans/definition.py."))
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.UUIDField(_("published by"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("version of a flow")
        verbose_name_plural = _("versions of flows")
        ordering = ["flow", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "version"],
                name="flow_version_is_unique",
                nulls_distinct=False,
                violation_error_message=_("The flow has this version already."),
            ),
            models.UniqueConstraint(
                fields=["tenant", "flow"],
                condition=models.Q(state="draft"),
                name="flow_has_one_draft",
                nulls_distinct=False,
                violation_error_message=_("The flow has a draft already: change that one."),
            ),
            models.CheckConstraint(
                name="flow_version_says_when",
                condition=models.Q(state="draft", published_at__isnull=True)
                | models.Q(state="published", published_at__isnull=False),
                violation_error_message=_("A published version says when it was published."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.flow.code} {self.version} ({self.get_state_display()})"


class FlowSave(models.Model):
    """What a flow's draft was before somebody saved it, so that the save can be undone. Gone once it is published."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    flow = models.ForeignKey(Flow, models.CASCADE, related_name="saves", verbose_name=_("flow"))
    no = models.PositiveIntegerField(_("number"))
    before = models.JSONField(_("definition before"))
    saved_at = models.DateTimeField(_("saved at"), null=True, blank=True)
    saved_by = models.UUIDField(_("saved by"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("save of a draft")
        verbose_name_plural = _("saves of drafts")
        ordering = ["flow", "-no"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "no"],
                name="flow_save_is_one",
                nulls_distinct=False,
                violation_error_message=_("Somebody saved at the same moment: try again."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.flow.code} {self.no}"


class Route(models.Model):
    """Which of a tenant's flows answers a number while the tenant holds it.

    The periods are those of the number's assignment and directory listing (`tenants.numbers`): a route says nothing of
    time, so that a number that goes back and comes again finds its flow.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Empty: the operator's own number, such as a shared short code."),
    )
    number = models.ForeignKey("tenants.Number", models.PROTECT, related_name="+", verbose_name=_("number"))
    merchant_code = models.CharField(
        _("merchant code"),
        max_length=6,
        blank=True,
        validators=[RegexValidator(r"^\d{2,6}$", _("Two to six digits."))],
        help_text=_("The tenant's code in the directory of a shared short code; empty for a number of its own."),
    )
    flow = models.ForeignKey(Flow, models.PROTECT, related_name="routes", verbose_name=_("flow"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ["number", "merchant_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number", "merchant_code"],
                name="number_has_one_flow",
                nulls_distinct=False,
                violation_error_message=_("Another flow answers this number: change that route."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.merchant_code} → {self.flow.code}"


class FlowTrial(models.Model):
    """For a short while a number is answered by a version of a flow that is to be tried, draft or not.

    The trial has its own copy: a draft that is worked at meanwhile cannot break it. With `caller` only calls from that
    number meet it, so that it can be tried on a number that others call.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    version = models.ForeignKey(FlowVersion, models.CASCADE, related_name="trials", verbose_name=_("version"))
    number = models.ForeignKey("tenants.Number", models.PROTECT, related_name="+", verbose_name=_("number"))
    definition = models.JSONField(_("definition"), default=dict, editable=False)
    caller = models.CharField(
        _("caller"),
        max_length=20,
        blank=True,
        help_text=_("Only calls from this number meet the trial; empty: all."),
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("trial of a flow")
        verbose_name_plural = _("trials of flows")
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number", "caller"],
                name="number_has_one_trial",
                violation_error_message=_("A flow is being tried on this number already."),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="trial_ends",
                violation_error_message=_("A trial ends after it begins."),
                condition=models.Q(ends_at__gt=models.F("starts_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.number}"
