"""Customers who have been promised a call."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager

OPEN = ("open", "taken")


class Callback(models.Model):
    """A promise to call a customer back: open until it is kept, given up or taken back."""

    class State(models.TextChoices):
        """How far it has come."""

        OPEN = "open", _("to be called")
        TAKEN = "taken", _("taken by an agent")
        REACHED = "reached", _("reached")
        CALLED_IN = "called_in", _("called again himself")
        GIVEN_UP = "given_up", _("not reached")
        CANCELLED = "cancelled", _("cancelled")
        MERGED = "merged", _("asked again")

    class Source(models.TextChoices):
        """How it came."""

        KEY = "key", _("asked for by a key")
        MISSED = "missed", _("hung up in the queue")
        WEB = "web", _("web form")
        API = "api", _("program")
        STAFF = "staff", _("staff")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    queue_id = models.UUIDField(_("queue"))
    queue_code = models.CharField(_("queue's code"), max_length=32)
    number = models.CharField(
        _("number"),
        max_length=16,
        validators=[RegexValidator(r"^\+[1-9][0-9]{2,14}$")],
        help_text=_("The customer's, in full, as +8613800000001."),
    )
    dialled = models.CharField(
        _("number dialled"), max_length=40, blank=True, help_text=_("What the customer had dialled; it is shown then.")
    )
    name = models.CharField(_("name"), max_length=100, blank=True)
    note = models.CharField(_("about"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=8, choices=Source)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    since = models.DateTimeField(_("waits since"), help_text=_("By this the customer has a place in the queue."))
    asked_at = models.DateTimeField(_("asked at"))
    next_try_at = models.DateTimeField(_("not before"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, help_text=_("Calls in vain."))
    calls_ended = models.PositiveSmallIntegerField(
        _("calls"), default=0, help_text=_("Calls that were made for it and are over.")
    )
    taken_by = models.UUIDField(_("taken by"), null=True, blank=True, help_text=_("An agent who calls by himself."))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number", "queue_id"],
                condition=models.Q(state__in=OPEN),
                name="callback_is_open_once",
                violation_error_message=_("This customer is to be called back by this queue already."),
            ),
            models.CheckConstraint(
                name="taken_callback_has_an_agent",
                condition=models.Q(state="taken", taken_by__isnull=False) | ~models.Q(state="taken"),
                violation_error_message=_("Say which agent takes it."),
            ),
            models.CheckConstraint(
                name="closed_callback_says_when",
                condition=models.Q(closed_at__isnull=True, state__in=OPEN)
                | models.Q(~models.Q(state__in=OPEN), closed_at__isnull=False),
                violation_error_message=_("What is closed says when."),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "state", "since"], name="callbacks_of_tenant"),
            models.Index(fields=["since"], condition=models.Q(state="open"), name="open_callbacks"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.queue_code} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Whether the customer is still to be called."""
        return self.state in OPEN
