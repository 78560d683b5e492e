"""Recordings: where the file of a call is, and what was measured of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.accounts.scope import TenantManager


class Recording(models.Model):
    """The sound of a call; read from the ledger like the call itself."""

    id = models.UUIDField(primary_key=True, editable=False, help_text=_("Made from call and name."))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, null=True, related_name="+", verbose_name=_("tenant"))
    call = models.ForeignKey("telephony.Call", models.CASCADE, related_name="recordings", verbose_name=_("call"))
    name = models.CharField(_("name"), max_length=64)
    path = models.CharField(_("file"), max_length=255, help_text=_("Below the folder of recordings."))
    seconds = models.FloatField(_("seconds"))
    peak_db = models.FloatField(
        _("peak"), help_text=_("Loudest sample, in dB of full scale: 0 is the loudest there is.")
    )
    size = models.PositiveBigIntegerField(_("size"), help_text=_("In bytes."))
    stored_at = models.DateTimeField(_("stored at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-stored_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "call", "name"], name="recording_is_kept_once")]
        indexes = [models.Index(fields=["tenant", "stored_at"], name="recordings_of_tenant")]

    def __str__(self) -> str:
        return self.path
