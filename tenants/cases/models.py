"""Tables of cases. Events of a case are written once: the tenant's people may read and add, and nobody may more."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class CaseType(models.Model):
    """A kind of matter, such as a complaint or an order: its form, its states, when it is due, its topics."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    code = models.SlugField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100, blank=True)
    definition = models.JSONField(_("definition"), default=dict, help_text=_("As tenants/cases/rules.py reads it."))
    active = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("case type")
        verbose_name_plural = _("case types")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"], name="case_type_code_is_unique",
                violation_error_message=_("There is already a case type with this code."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class Case(models.Model):
    """One matter. `answers` are what was submitted; `draft` is what somebody is typing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    no = models.PositiveIntegerField(_("number"))
    type = models.ForeignKey(CaseType, models.PROTECT, related_name="cases", verbose_name=_("case type"))
    customer = models.ForeignKey(
        "tenants.Customer", models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("customer")
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=40)
    topic = models.CharField(_("topic"), max_length=40, blank=True)
    answers = models.JSONField(_("answers"), default=dict)
    draft = models.JSONField(_("draft"), null=True, help_text=_("As typed, not checked yet."))
    version = models.PositiveIntegerField(_("version"), default=1, help_text=_("Counts changes."))
    changed_by = models.CharField(_("changed by"), max_length=150)
    changed_at = models.DateTimeField(_("changed at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    assignee_id = models.UUIDField(_("id of who has it"), null=True, blank=True)
    assignee = models.CharField(_("who has it"), max_length=150, blank=True)
    call_id = models.UUIDField(_("call"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.CharField(_("opened by"), max_length=150)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at", "id"]
        indexes = [
            models.Index(fields=["tenant", "-opened_at", "id"], name="cases_of_tenant"),
            models.Index(fields=["tenant", "due_at"], condition=models.Q(closed_at=None), name="open_cases_by_due"),
            models.Index(fields=["tenant", "customer"], name="cases_of_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "no"], name="case_number_is_unique",
                violation_error_message=_("Each number of a case is given once."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.no} {self.subject}".strip()


class CaseEvent(models.Model):
    """Something that happened to a case; never changed."""

    class Kind(models.TextChoices):
        """What it was."""

        OPENED = "opened", _("opened")
        FILLED = "filled", _("filled in")
        MOVED = "moved", _("moved on")
        ASSIGNED = "assigned", _("assigned")
        NOTED = "noted", _("noted")
        DUE = "due", _("due time changed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name=_("case"))
    at = models.DateTimeField(_("at"))
    who = models.CharField(_("who"), max_length=150)
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    text = models.TextField(_("text"), blank=True)
    content = models.JSONField(_("content"), default=dict)

    objects = TenantManager()

    class Meta:
        verbose_name = _("event of a case")
        verbose_name_plural = _("events of cases")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["tenant", "case", "at"], name="events_of_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class TopicDigest(models.Model):
    """To whom the day's hot topics are mailed, and for which day they were last; one row per tenant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    addresses = models.TextField(_("addresses"), blank=True, help_text=_("E-mail addresses, one a line."))
    hour = models.PositiveSmallIntegerField(_("hour"), default=8, help_text=_("In the tenant's time zone."))
    sent_for = models.DateField(_("last sent for"), null=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("digest of topics")
        verbose_name_plural = _("digests of topics")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], name="one_digest_of_topics",
                violation_error_message=_("There is already a digest: change that one."),
            ),
            models.CheckConstraint(
                condition=models.Q(hour__lte=23), name="digest_goes_at_an_hour",
                violation_error_message=_("A day has the hours 0 to 23."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.addresses.replace("\n", ", ")
