"""Usage: one row per billable fact, or per fact with the reason why it is not billed. Rows are added, never changed."""

from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class UsageRecord(models.Model):
    """One fact of the floors below as a quantity on a meter.

    A corrected fact adds two rows: one that takes back the old row (the same values, the quantity with the opposite
    sign, `corrects` set) and one with the new values. The sum over all rows of a source is always its last known value.
    """

    class Reason(models.TextChoices):
        """Why a fact is not billed; empty when it is."""

        PRACTICE = "practice", _("practice call")
        UNASSIGNED = "unassigned", _("number not assigned to a tenant")
        ABANDONED = "abandoned", _("caller hung up while waiting")
        ABANDONED_IN_MENU = "abandoned_in_menu", _("caller hung up in the menu")
        CLOSED = "closed", _("outside opening hours")
        NO_AGENT = "no_agent", _("no agent logged in")
        QUEUE_FULL = "queue_full", _("queue full")
        QUEUE_TIMEOUT = "queue_timeout", _("waited too long")
        WRONG_KEYS = "wrong_keys", _("wrong keys")
        SUSPENDED = "suspended", _("tenant suspended")
        NO_MERCHANT = "no_merchant", _("no such merchant code")
        FAILED = "failed", _("call failed")
        VOICEMAIL = "voicemail", _("caller left a message")
        LEFT_QUEUE = "left_queue", _("caller left the queue by a key")
        CALLBACK_PROMISED = "callback_promised", _("callback promised")
        NOT_REACHED = "not_reached", _("customer not reached")
        WITHDRAWN = "withdrawn", _("callback withdrawn")
        NOT_ALLOWED = "not_allowed", _("not allowed to be called")
        NOT_ANSWERED = "not_answered", _("number outside did not answer")
        OWN_STAFF = "own_staff", _("the tenant's own staff")
        UNKNOWN_OUTCOME = "unknown_outcome", _("outcome without a billing rule")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    position = models.BigIntegerField(
        _("position"),
        editable=False,
        help_text=_("Order of arrival without gaps, given under one lock; documents note how far they have counted."),
    )
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Empty when the dialled number belonged to nobody."),
    )
    meter = models.CharField(_("meter"), max_length=32)
    source_id = models.UUIDField(
        _("source"), help_text=_("The call, leg, shift, pause, order or entry that it comes from.")
    )
    revision = models.PositiveIntegerField(_("revision"), default=0)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6)
    duration = models.DurationField(_("talk time"), help_text=_("Of a shift or pause its length."))
    waited = models.DurationField(_("waited"), default=timedelta(0), help_text=_("In queues."))
    value = models.DecimalField(
        _("value"), max_digits=18, decimal_places=6, default=Decimal(0), help_text=_("Money that it is worth.")
    )
    number = models.CharField(_("number outside"), max_length=40, blank=True)
    label = models.CharField(
        _("label"), max_length=32, blank=True, help_text=_("A call's outcome, a pause's reason, a milestone's code.")
    )
    days_after = models.PositiveIntegerField(
        _("days after"), default=0, help_text=_("Of a cancellation: days since the order.")
    )
    belongs_to = models.UUIDField(
        _("part of"), null=True, blank=True, help_text=_("The call or shift that it is a part of.")
    )
    occurred_at = models.DateTimeField(
        _("occurred at"), help_text=_("Decides the period and the prices: when the call began.")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    reason = models.CharField(_("reason not billed"), max_length=24, choices=Reason, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("takes back")
    )
    facts = models.JSONField(
        _("facts"), default=dict, help_text=_("Outcome, dialled number, merchant code, queue, agent; never the caller.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("usage record")
        verbose_name_plural = _("usage records")
        ordering = ["occurred_at", "position"]
        constraints = [
            # Without the tenant in front, on purpose: the same call on two tenants' bills must collide.
            models.UniqueConstraint(fields=["meter", "source_id", "revision"], name="usage_once_per_source"),
            # NULLs count as equal: usage of no tenant is taken back once, too.
            models.UniqueConstraint(fields=["tenant", "position"], name="usage_in_one_order", nulls_distinct=False),
            models.UniqueConstraint(
                fields=["tenant", "corrects"],
                name="usage_taken_back_once",
                nulls_distinct=False,
                condition=models.Q(corrects__isnull=False),
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") | models.Q(tenant__isnull=False), name="billable_usage_has_a_tenant"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "occurred_at"], name="usage_by_tenant_and_time"),
            # For the board of exceptions: a few rows among millions.
            models.Index(
                fields=["occurred_at"],
                name="usage_to_look_at",
                condition=models.Q(reason__in=["unassigned", "unknown_outcome"]),
            ),
            models.Index(fields=["source_id"], name="usage_by_source"),
            models.Index(fields=["belongs_to"], name="usage_by_whole", condition=models.Q(belongs_to__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.meter} {self.quantity.normalize():f} · {self.source_id}"

    @property
    def billable(self) -> bool:
        """Whether a contract may put a price on it."""
        return not self.reason


class Bookmark(models.Model):
    """How far mediation has read a source, and the last position given to a usage record. Its row is the lock."""

    source = models.CharField(_("source"), max_length=16, primary_key=True)
    position = models.BigIntegerField(_("read up to"), default=0)
    day = models.DateField(_("read up to the day"), null=True, blank=True)

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")

    def __str__(self) -> str:
        return f"{self.source}: {self.position}"
