"""Requests about calls that go on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class CallRequest(models.Model):
    """One request, and its answer. The id is given by whoever asks: asked twice, it is done once."""

    class Kind(models.TextChoices):
        """What is to be done; but for the first the words of `core.events.Wish`, about a call that goes on."""

        DIAL = "dial", _("call a number")

        HOLD = "hold", _("hold")
        RESUME = "resume", _("take back from hold")
        BLIND_TRANSFER = "blind_transfer", _("transfer, blind")
        CONSULT = "consult", _("consult")
        COMPLETE = "complete", _("complete the transfer")
        CANCEL = "cancel", _("end the consultation")
        TOGGLE = "toggle", _("talk with the other")
        ADD = "add", _("bring all together")
        LEAVE = "leave", _("leave the call")
        HANG_UP = "hang_up", _("end the call")
        STEP_AWAY = "step_away", _("go away for a moment")
        COME_BACK = "come_back", _("come back to the call")
        RECORDING_PAUSE = "recording_pause", _("pause the recording")
        RECORDING_RESUME = "recording_resume", _("resume the recording")
        LISTEN = "listen", _("listen")
        WHISPER = "whisper", _("whisper")
        BARGE = "barge", _("barge in")
        TAKE_OVER = "take_over", _("take over")
        STOP_LISTENING = "stop_listening", _("listen no more")

    class State(models.TextChoices):
        """How far it has come."""

        OPEN = "open", _("open")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    call_id = models.UUIDField(_("call"))
    agent_id = models.UUIDField(
        _("agent"), null=True, help_text=_("Whose part of the call it is about; empty: of whoever talks.")
    )
    asked_by = models.UUIDField(_("asked by"), null=True, help_text=_("An agent or a user; empty: a program."))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    target = models.CharField(_("target"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=80, blank=True, help_text=_("A supervisor's, to be rung first."))
    channel = models.CharField(_("channel"), max_length=150, blank=True, help_text=_("Of a phone that dialled a code."))
    supervisor_id = models.UUIDField(_("supervisor"), null=True, help_text=_("Who is logged in at that phone."))
    ways = models.CharField(
        _("ways"), max_length=60, blank=True, help_text=_("How the supervisor may be in talks, by rights.")
    )
    asked_at = models.DateTimeField(_("asked at"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=40, blank=True, help_text=_("Why it was refused."))
    done_at = models.DateTimeField(_("answered at"), null=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("request about a call")
        verbose_name_plural = _("requests about calls")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", done_at__isnull=True)
                | models.Q(state__in=("done", "refused"), done_at__isnull=False),
                name="answered_request_has_its_instant",
                violation_error_message=_("A request that is answered has the instant of its answer."),
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "call_id"], name="requests_of_call"),
            models.Index(fields=["asked_at"], condition=models.Q(state="open"), name="open_requests"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target}".strip()
