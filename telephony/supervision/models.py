"""Who may listen to whom, and who has."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Supervisor(models.Model):
    """An agent who may be in the talks of a tenant by a code of the telephone, each way by a right of its own.

    One of the operator's staff has a row for each tenant whose talks he looks after; a tenant's own has one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"),
        help_text=_("Whose talks; of an agent whom a tenant employs, that tenant alone."),
    )  # fmt: skip
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+", verbose_name=_("supervisor"))
    listen = models.BooleanField(_("listen"), default=True, help_text=_("Hears both, and is heard by nobody."))
    whisper = models.BooleanField(_("whisper"), default=False, help_text=_("Is heard by the agent alone."))
    barge = models.BooleanField(_("barge in"), default=False, help_text=_("Talks with both."))
    take_over = models.BooleanField(_("take over"), default=False, help_text=_("Takes the caller from the agent."))

    objects = TenantManager()

    class Meta:
        verbose_name = _("supervisor")
        verbose_name_plural = _("supervisors")
        ordering = ["tenant", "agent"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "agent"],
                name="supervisor_is_named_once",
                violation_error_message=_("This agent is a supervisor of this tenant already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.agent)


class Listening(models.Model):
    """A supervisor's stay in one talk; made from the ledger, like the call itself."""

    class Way(models.TextChoices):
        """How he was there; words of `core.listening.Way`."""

        LISTEN = "listen", _("listened")
        WHISPER = "whisper", _("whispered")
        BARGE = "barge", _("barged in")

    class Reason(models.TextChoices):
        """How it ended; words of `core.facts_of_listening.ListeningEnded`."""

        GOES_ON = "", _("goes on")
        HUNG_UP = "hung_up", _("the supervisor hung up")
        ASKED = "asked", _("ended from the screen")
        TALK_OVER = "talk_over", _("the talk was over")
        TOOK_OVER = "took_over", _("took the call over")

    id = models.UUIDField(primary_key=True, editable=False, help_text=_("Made from call and number."))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    call = models.ForeignKey("telephony.Call", models.CASCADE, related_name="listenings", verbose_name=_("call"))
    no = models.PositiveSmallIntegerField(_("number"))
    leg = models.PositiveSmallIntegerField(_("leg"))
    agent_id = models.UUIDField(_("agent"), help_text=_("Whose talk it was."))
    by_id = models.UUIDField(_("supervisor"), help_text=_("An agent or a user."))
    ways = models.CharField(_("ways"), max_length=60, help_text=_("One after another, as he turned to them."))
    endpoint = models.CharField(_("phone"), max_length=80, blank=True)
    begun_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)
    reason = models.CharField(_("ended"), max_length=10, choices=Reason, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("supervisor in a talk")
        verbose_name_plural = _("supervisors in talks")
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "call", "no"],
                name="listening_number_is_unique",
                violation_error_message=_("Supervisors in a call are numbered; each number is given once."),
            )
        ]
        indexes = [models.Index(fields=["tenant", "begun_at"], name="listenings_of_tenant")]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M:%S} {self.ways}"
