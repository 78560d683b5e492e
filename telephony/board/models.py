"""Tables of the wallboard: from where on a queue's figures alarm, and the screens on the wall."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from telephony.board.rules import Figure, Limits
from tenants.accounts.scope import TenantManager

_HIGH_IS_BAD = ("waiting", "longest", "abandoned")


class QueueAlarm(models.Model):
    """From where on one figure of a queue asks for attention, and for action."""

    class Measure(models.TextChoices):
        """What is looked at; the words of `rules.Figure`."""

        WAITING = Figure.WAITING.value, _("callers waiting, at least")
        LONGEST = Figure.LONGEST.value, _("longest wait in seconds, at least")
        SERVICE = Figure.SERVICE.value, _("service level today in per cent, below")
        ABANDONED = Figure.ABANDONED.value, _("abandoned today in per cent, at least")
        READY = Figure.READY.value, _("agents ready, below")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    queue = models.ForeignKey("telephony.Queue", models.CASCADE, related_name="alarms", verbose_name=_("queue"))
    figure = models.CharField(_("figure"), max_length=16, choices=Measure)
    attention = models.DecimalField(
        _("attention"), max_digits=8, decimal_places=1, validators=[MinValueValidator(0)], help_text=_("Amber.")
    )
    action = models.DecimalField(
        _("action"), max_digits=8, decimal_places=1, validators=[MinValueValidator(0)], help_text=_("Red.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("alarm of a queue")
        verbose_name_plural = _("alarms of queues")
        ordering = ["queue", "figure"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "queue", "figure"],
                name="queue_alarms_once_by_figure",
                violation_error_message=_("This figure of the queue has its alarm already."),
            ),
            models.CheckConstraint(
                name="action_comes_after_attention",
                condition=models.Q(figure__in=_HIGH_IS_BAD, action__gte=models.F("attention"))
                | (~models.Q(figure__in=_HIGH_IS_BAD) & models.Q(action__lte=models.F("attention"))),
                violation_error_message=_("Attention comes before action, or with it."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue.code}: {self.get_figure_display()}"

    @property
    def limits(self) -> Limits:
        """As `rules` takes them."""
        return Limits(float(self.attention), float(self.action))

    def clean(self) -> None:
        """Refuse another tenant's queue."""
        if self.queue_id and self.tenant_id and self.queue.tenant_id != self.tenant_id:
            raise ValidationError(_("There is no such queue."))


class Kiosk(models.Model):
    """A screen on the wall: an address with a secret of which only a hash is kept. Shows, and can do nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Whose board it shows; empty: that of all tenants, in the operator's room."),
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("Where the screen hangs, such as “3rd floor”."))
    hashed = models.CharField(_("hash"), max_length=64, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("screen on the wall")
        verbose_name_plural = _("screens on the wall")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["tenant", "made_at"], name="kiosks_of_tenant")]

    def __str__(self) -> str:
        return self.name
