"""Messages that callers left."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.accounts.scope import TenantManager


class Voicemail(models.Model):
    """A message; made from the ledger, then heard, assigned and settled by people."""

    class State(models.TextChoices):
        """What has been done about it."""

        NEW = "new", _("new")
        HEARD = "heard", _("heard")
        SETTLED = "settled", _("settled")

    id = models.UUIDField(primary_key=True, editable=False, help_text=_("Made from call and name."))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"))
    call = models.ForeignKey("telephony.Call", models.CASCADE, related_name="messages", verbose_name=_("call"))
    name = models.CharField(_("name"), max_length=64)
    queue_id = models.UUIDField(_("queue"), null=True)
    queue_code = models.CharField(_("queue's code"), max_length=32, blank=True)
    caller = models.CharField(_("caller"), max_length=80, blank=True)
    path = models.CharField(_("file"), max_length=255, help_text=_("Below the folder of recordings."))
    seconds = models.FloatField(_("seconds"))
    peak_db = models.FloatField(_("peak"), help_text=_("Loudest sample, in dB of full scale."))
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    left_at = models.DateTimeField(_("left at"))
    mail = models.CharField(_("told to"), max_length=254, blank=True)
    mailed_at = models.DateTimeField(_("mail sent at"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    heard_at = models.DateTimeField(_("heard at"), null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.UUIDField(_("settled by"), null=True)
    assigned_to = models.UUIDField(_("assigned to"), null=True, help_text=_("An agent."))

    objects = TenantManager()

    class Meta:
        verbose_name = _("voicemail")
        verbose_name_plural = _("voicemail")
        ordering = ["-left_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "call", "name"],
                name="voicemail_is_kept_once",
                violation_error_message=_("This message is there already."),
            )
        ]
        indexes = [models.Index(fields=["tenant", "state", "left_at"], name="voicemail_of_tenant")]

    def __str__(self) -> str:
        return f"{self.caller} {self.left_at:%Y-%m-%d %H:%M}"
