"""Mails of finance to tenants: written in the transaction of what they tell of, sent later, kept as they were sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Mail(models.Model):
    """One mail to one address about one thing. Subject and text stand as they go out; both languages where agreed."""

    class Kind(models.TextChoices):
        """What it tells of."""

        REMINDER = "reminder", _("reminder")
        FINAL = "final", _("final notice")
        ALERT = "alert", _("bill reached an amount")

    class State(models.TextChoices):
        """Where it is on its way."""

        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        UNCLEAR = "unclear", _("perhaps sent")
        REFUSED = "refused", _("not deliverable")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    kind = models.CharField(_("about"), max_length=10, choices=Kind)
    once = models.CharField(
        _("told once"), max_length=120, editable=False, help_text=_("What it tells of; no second mail tells of it.")
    )
    address = models.EmailField(_("address"), blank=True)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    written_at = models.DateTimeField(_("written at"))
    due_at = models.DateTimeField(_("next try at"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    answer = models.CharField(_("the mail server's answer"), max_length=300, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-written_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "once"], name="mail_told_once", violation_error_message=_("This was told already.")
            ),
            models.CheckConstraint(
                condition=~models.Q(address="") | models.Q(state="refused"),
                name="mail_without_address_goes_nowhere",
                violation_error_message=_("A mail needs an address."),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="mail_due", condition=models.Q(state__in=["waiting", "sending"]))
        ]

    def __str__(self) -> str:
        return self.subject
