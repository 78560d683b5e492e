"""The ledger, and the calls and legs that are read from it.

`LedgerEntry` is what happened, written once and never changed (a trigger refuses it). `Call` and `Leg` are made from it
by `telephony.journal.projection` and can be made again with `manage.py rebuild_projections`.

Ids of queues, agents and flows are plain UUIDs here: a fact is kept even if what it names is gone.
"""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class LedgerEntry(models.Model):
    """One fact of one call."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Empty while the call has not reached a tenant, as in the directory of a shared number."),
    )
    call_id = models.UUIDField(_("call"))
    seq = models.PositiveIntegerField(_("number"), help_text=_("Counts up from 1 within the call."))
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=40, help_text=_("A name of telephony.core.facts.KINDS."))
    body = models.JSONField(_("content"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["call_id", "seq"]
        constraints = [
            # Not led by the tenant: a call's first facts have none yet, and the shipper must meet the same fact again
            # whatever tenant it carries. Call ids are ours and random, so no tenant can run into another's.
            models.UniqueConstraint(fields=["call_id", "seq"], name="fact_is_kept_once")
        ]
        indexes = [models.Index(fields=["tenant", "at"], name="ledger_of_tenant")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.seq} {self.kind}"


class Call(models.Model):
    """One call from arrival to end, as its facts tell it. The id is the call's own."""

    class Direction(models.TextChoices):
        """Who called whom."""

        INBOUND = "inbound", _("inbound")
        OUTBOUND = "outbound", _("outbound")

    class Outcome(models.TextChoices):
        """How it ended; the words of `core.values.Outcome`."""

        ANSWERED = "answered", _("answered")
        ABANDONED = "abandoned", _("abandoned in the queue")
        ABANDONED_IN_MENU = "abandoned_in_menu", _("abandoned in the menu")
        INFORMED = "informed", _("informed by the flow")
        CLOSED = "closed", _("outside opening hours")
        NO_AGENT = "no_agent", _("no agent logged in")
        QUEUE_FULL = "queue_full", _("queue full")
        QUEUE_TIMEOUT = "queue_timeout", _("waited too long")
        WRONG_KEYS = "wrong_keys", _("no usable key")
        NO_MERCHANT = "no_merchant", _("no usable merchant code")
        UNASSIGNED = "unassigned", _("number not in service")
        SUSPENDED = "suspended", _("tenant suspended")
        FORWARDED = "forwarded", _("forwarded to outside")
        VOICEMAIL = "voicemail", _("left a message")
        LEFT_QUEUE = "left_queue", _("left the queue by a key")
        CALLBACK_PROMISED = "callback_promised", _("to be called back")
        NOT_REACHED = "not_reached", _("customer not reached")
        WITHDRAWN = "withdrawn", _("callback taken back")
        NOT_ALLOWED = "not_allowed", _("not allowed to be called")
        FAILED = "failed", _("failed")

    class EndedBy(models.TextChoices):
        """Who ended it; the words of `core.values.EndedBy`."""

        CALLER = "caller", _("caller")
        AGENT = "agent", _("agent")
        OUTSIDE = "outside", _("telephone outside")
        SYSTEM = "system", _("system")

    id = models.UUIDField(primary_key=True, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.INBOUND)
    dialled = models.CharField(_("number dialled"), max_length=40, blank=True)
    caller = models.CharField(_("caller"), max_length=80, blank=True)
    caller_name = models.CharField(_("caller's name"), max_length=200, blank=True)
    sip_call_id = models.CharField(_("SIP Call-ID"), max_length=255, blank=True, db_index=True)
    flow_code = models.CharField(_("flow"), max_length=32, blank=True)
    flow_version = models.PositiveIntegerField(_("version of the flow"), null=True)
    merchant_code = models.CharField(_("merchant code"), max_length=6, blank=True)
    language = models.CharField(_("language"), max_length=2, blank=True)
    queue_id = models.UUIDField(_("queue"), null=True)
    queue_code = models.CharField(_("queue's code"), max_length=32, blank=True)
    agent_id = models.UUIDField(_("agent"), null=True)
    started_at = models.DateTimeField(_("started at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, help_text=_("When the house took the call."))
    connected_at = models.DateTimeField(_("connected at"), null=True, help_text=_("When an agent took the call."))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=8, choices=EndedBy, blank=True)
    waited = models.DurationField(_("waited"), default=timedelta(0), help_text=_("In queues, ringing included."))
    rang = models.DurationField(_("rang"), default=timedelta(0), help_text=_("Agents' phones, all tries together."))
    talked = models.DurationField(_("talked"), default=timedelta(0), help_text=_("Caller with an agent."))
    practice = models.BooleanField(_("practice"), default=False)
    recording_name = models.CharField(_("recording"), max_length=64, blank=True)
    callback_id = models.UUIDField(_("callback"), null=True)
    witnessed = models.BooleanField(
        _("confirmed by Asterisk"), default=False, help_text=_("Asterisk's own record has the end of every channel.")
    )
    end_estimated = models.BooleanField(
        _("end estimated"), default=False, help_text=_("Asterisk broke off: the call ends when it was last seen.")
    )
    position = models.BigIntegerField(
        _("position"),
        editable=False,
        help_text=_("Taken anew whenever the row changes, so that readers see corrections."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at"]
        indexes = [
            models.Index(fields=["tenant", "started_at"], name="calls_of_tenant"),
            models.Index(fields=["tenant", "caller", "started_at"], name="calls_of_caller"),
            models.Index(
                fields=["tenant", "dialled", "started_at"],
                condition=models.Q(direction="outbound"),
                name="calls_to_number",
            ),
            models.Index(fields=["started_at"], name="calls_by_start"),
            models.Index(fields=["started_at"], condition=models.Q(ended_at__isnull=True), name="open_calls"),
            models.Index(
                fields=["callback_id"], condition=models.Q(callback_id__isnull=False), name="calls_of_callbacks"
            ),
        ]
        constraints = [
            # Over all tenants: the position is one sequence that mediation reads on from.
            models.UniqueConstraint(fields=["position"], name="call_position_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.caller} → {self.dialled} {self.started_at:%Y-%m-%d %H:%M:%S}"


class Leg(models.Model):
    """One party's part of a call; number 0 is the caller's."""

    class Kind(models.TextChoices):
        """Whose part it is."""

        CALLER = "caller", _("caller")
        AGENT = "agent", _("agent")
        OUTSIDE = "outside", _("telephone outside")

    id = models.UUIDField(primary_key=True, editable=False, help_text=_("Made from call and number."))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"))
    call = models.ForeignKey(Call, models.CASCADE, related_name="legs", verbose_name=_("call"))
    no = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    agent_id = models.UUIDField(_("agent"), null=True)
    endpoint = models.CharField(_("phone"), max_length=80, blank=True)
    channel = models.CharField(_("channel"), max_length=150, blank=True)
    started_at = models.DateTimeField(_("started at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    cause = models.PositiveSmallIntegerField(_("cause"), null=True, help_text=_("Q.850 number; 0: none was given."))
    number = models.CharField(_("number outside"), max_length=20, blank=True)
    trunk = models.CharField(_("trunk"), max_length=40, blank=True)
    connected_at = models.DateTimeField(
        _("connected at"), null=True, help_text=_("Of a number outside: when it came to talk with the caller.")
    )
    missed = models.BooleanField(_("missed"), default=False, help_text=_("The phone rang and was not answered."))
    talked = models.DurationField(_("talked"), default=timedelta(0), help_text=_("Connected and not on hold."))
    held = models.DurationField(
        _("on hold"), default=timedelta(0), help_text=_("This party held the others, or was set aside itself.")
    )
    end_estimated = models.BooleanField(
        _("end estimated"), default=False, help_text=_("Asterisk broke off: the leg ends when it was last seen.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["call", "no"]
        constraints = [models.UniqueConstraint(fields=["tenant", "call", "no"], name="leg_number_is_unique")]
        indexes = [models.Index(fields=["tenant", "started_at"], name="legs_of_tenant")]

    def __str__(self) -> str:
        return f"{self.no} {self.kind} {self.endpoint}"
