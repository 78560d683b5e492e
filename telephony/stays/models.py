"""The table of stays; made from the ledger, and made again by `manage.py rebuild_projections`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.accounts.scope import TenantManager


class QueueStay(models.Model):
    """One caller's stay in one queue."""

    class Left(models.TextChoices):
        """How it ended; the words of `core.facts.QueueLeft`."""

        WAITING = "", _("waiting")
        CONNECTED = "connected", _("answered")
        ABANDONED = "abandoned", _("abandoned in the queue")
        EXIT_WITH_KEY = "exit_with_key", _("left by a key")
        NO_AGENT = "no_agent", _("no agent logged in")
        QUEUE_FULL = "queue_full", _("queue full")
        QUEUE_TIMEOUT = "queue_timeout", _("waited too long")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, editable=False, help_text=_("Made from call and number."))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    call = models.ForeignKey("telephony.Call", models.CASCADE, related_name="stays", verbose_name=_("call"))
    no = models.PositiveSmallIntegerField(_("number"))
    queue_id = models.UUIDField(_("queue"))
    queue_code = models.CharField(_("queue's code"), max_length=32)
    entered_at = models.DateTimeField(_("entered at"))
    left_at = models.DateTimeField(_("left at"), null=True)
    left = models.CharField(_("ended"), max_length=20, blank=True)
    position = models.PositiveIntegerField(_("place at first"), default=0)
    agent_id = models.UUIDField(_("agent"), null=True)
    foreseen_at = models.DateTimeField(_("wait spoken at"), null=True)
    foreseen_seconds = models.FloatField(
        _("wait spoken"), null=True, help_text=_("Seconds from then on, as the caller was first told.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("stay in a queue")
        verbose_name_plural = _("stays in queues")
        ordering = ["call", "no"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "call", "no"],
                name="stay_number_is_unique",
                violation_error_message=_("A call's stays in queues are numbered; each number is given once."),
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "entered_at"], name="stays_of_tenant"),
            models.Index(fields=["tenant"], condition=models.Q(left_at__isnull=True), name="stays_that_go_on"),
        ]

    def __str__(self) -> str:
        return f"{self.queue_code} {self.entered_at:%Y-%m-%d %H:%M:%S} {self.left}"
