"""Recordings: where the file of a call is, and what was measured of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
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
    pauses = models.JSONField(
        _("payments"), default=list, help_text=_("Silences while payments were taken: from and to, in seconds.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["-stored_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "call", "name"], name="recording_is_kept_once")]
        indexes = [models.Index(fields=["tenant", "stored_at"], name="recordings_of_tenant")]

    def __str__(self) -> str:
        return self.path


class RecordingShare(models.Model):
    """A link by which somebody without an account hears one recording, for a while."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    recording_id = models.UUIDField(_("recording"))
    to_whom = models.CharField(_("for whom"), max_length=120, help_text=_("Whoever gets the link, and what for."))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=150)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("shared recording")
        verbose_name_plural = _("shared recordings")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["tenant", "recording_id"], name="shares_of_recording")]
        constraints = [
            models.CheckConstraint(
                name="share_ends",
                condition=models.Q(expires_at__gt=models.F("made_at")),
                violation_error_message=_("A link is valid until some time after it was made."),
            )
        ]

    def __str__(self) -> str:
        return self.to_whom
