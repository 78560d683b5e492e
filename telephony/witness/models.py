"""What Asterisk itself wrote of its channels, and how far its files are read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id


class ChannelEvent(models.Model):
    """One channel event (CEL), written once and never changed. It belongs to no tenant: Asterisk knows none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dedupe_key = models.CharField(
        _("key"), max_length=64, editable=False, help_text=_("Hash of the line: the same line is the same event.")
    )
    call_id = models.UUIDField(_("call"))
    kind = models.CharField(_("kind"), max_length=20)
    at = models.DateTimeField(_("at"), help_text=_("By Asterisk's clock, to the microsecond."))
    channel = models.CharField(_("channel"), max_length=150)
    linked = models.CharField(_("began with"), max_length=150)
    body = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("channel event")
        verbose_name_plural = _("channel events")
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                name="channel_event_is_kept_once",
                violation_error_message=_("This event is on record already."),
            )
        ]
        indexes = [
            models.Index(fields=["call_id"], name="channel_events_of_call"),
            models.Index(fields=["at"], condition=models.Q(kind="CHAN_START"), name="channels_by_start"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.at:%Y-%m-%d %H:%M:%S}"


class CelBookmark(models.Model):
    """How far a file is read; changed in the transaction that writes its events."""

    file = models.CharField(_("file"), max_length=64, primary_key=True, help_text=_("Hash of its first line."))
    offset = models.BigIntegerField(_("read up to"), default=0)
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        verbose_name = _("bookmark in a file of channel events")
        verbose_name_plural = _("bookmarks in files of channel events")

    def __str__(self) -> str:
        return f"{self.file[:12]}: {self.offset}"
