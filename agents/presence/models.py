"""Who sits where, and what each agent did when.

`PresenceEvent` is what happened, written once and never changed (a trigger refuses it). `PresenceInterval` and the
changing columns of `AgentSession` are made from it by `agents.presence.projection` and can be made again.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager
from tenants.periods import ends_after_start, never_twice_at_once, one_uuid


class State(models.TextChoices):
    """What an agent is doing; the same values as `agents.presence.rules.PresenceState`, with names for people."""

    READY = "ready", _("ready")
    RINGING = "ringing", _("ringing")
    TALKING = "talking", _("talking")
    HOLD = "hold", _("on hold")
    WRAP_UP = "wrap_up", _("wrap-up")
    PAUSED = "paused", _("paused")
    LOGGED_OUT = "logged_out", _("logged out")


class AgentSession(models.Model):
    """One stay of an agent at a phone, from login to logout. While it is open it holds one of the tenant's seats."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="sessions", verbose_name=_("agent"))
    endpoint = models.CharField(_("phone"), max_length=80, help_text=_("The SIP account of the phone."))
    seat = models.PositiveSmallIntegerField(
        _("seat"), null=True, blank=True, help_text=_("Empty: a phone outside the room.")
    )
    logged_in_at = models.DateTimeField(_("logged in at"))
    logged_out_at = models.DateTimeField(_("logged out at"), null=True, blank=True)
    logged_out_because = models.CharField(_("logged out because"), max_length=32, blank=True)
    paused_since = models.DateTimeField(_("paused since"), null=True, blank=True)
    pause_reason = models.CharField(_("pause reason"), max_length=32, blank=True)
    wrap_up_done_at = models.DateTimeField(
        _("wrap-up ended at"), null=True, blank=True, help_text=_("When the agent last ended the wrap-up by code.")
    )
    ends_when_free = models.BooleanField(
        _("ends when free"),
        default=False,
        help_text=_("The lease is over: no new calls, and logged out when the running one ends."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("agent session")
        verbose_name_plural = _("agent sessions")
        ordering = ["-logged_in_at"]
        indexes = [
            models.Index(fields=["tenant", "logged_in_at"], name="sessions_of_tenant"),
            models.Index(fields=["agent", "logged_in_at"], name="sessions_of_agent"),
        ]
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_start",
                condition=models.Q(logged_out_at__isnull=True) | models.Q(logged_out_at__gte=models.F("logged_in_at")),
                violation_error_message=_("The logout must come after the login."),
            ),
            models.UniqueConstraint(
                fields=["tenant", "agent"],
                condition=models.Q(logged_out_at__isnull=True),
                name="agent_is_at_one_phone",
                violation_error_message=_("The agent is logged in elsewhere."),
            ),
            # A phone stands in the room for whoever sits there: it serves one agent at a time over all tenants.
            models.UniqueConstraint(
                fields=["endpoint"],
                condition=models.Q(logged_out_at__isnull=True),
                name="phone_has_one_agent",
                violation_error_message=_("Another agent is logged in on this phone."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} · {self.endpoint}"


class PresenceEvent(models.Model):
    """One thing that happened to a session: told by the switch, or asked for by a person. Append-only."""

    class Source(models.TextChoices):
        """Who says so."""

        SWITCH = "switch", _("switch")
        PERSON = "person", _("person")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    session = models.ForeignKey(AgentSession, models.PROTECT, related_name="events", verbose_name=_("session"))
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+", verbose_name=_("agent"))
    at = models.DateTimeField(_("at"))
    state = models.CharField(_("state"), max_length=16, choices=State)
    source = models.CharField(_("told by"), max_length=8, choices=Source, default=Source.SWITCH)
    call_id = models.UUIDField(_("call"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=32, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("presence event")
        verbose_name_plural = _("presence events")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["session", "at"], name="events_of_session"),
            models.Index(fields=["tenant", "at"], name="events_of_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.state}"


class PresenceInterval(models.Model):
    """A stretch of one state. The intervals of a session have no gaps and no overlaps and add up to its length."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    session = models.ForeignKey(AgentSession, models.CASCADE, related_name="intervals", verbose_name=_("session"))
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+", verbose_name=_("agent"))
    state = models.CharField(_("state"), max_length=16, choices=State)
    reason = models.CharField(_("reason"), max_length=32, blank=True)
    call_id = models.UUIDField(_("call"), null=True, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("presence interval")
        verbose_name_plural = _("presence intervals")
        ordering = ["agent", "starts_at"]
        indexes = [
            models.Index(fields=["tenant", "starts_at"], name="intervals_of_tenant"),
            models.Index(fields=["session", "starts_at"], name="intervals_of_session"),
            models.Index(fields=["session"], condition=models.Q(ends_at__isnull=True), name="intervals_that_go_on"),
        ]
        constraints = [
            ends_after_start("interval_ends_after_start"),
            never_twice_at_once(
                one_uuid("agent"),
                name="agent_is_in_one_state",
                message=_("An agent cannot be in two states at one time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} {self.state}"
