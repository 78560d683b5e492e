"""What hangs on Asterisk: phones in the room and lines to the carrier. All of it is the operator's; no tenant's."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id

_SIP_NAME = RegexValidator(r"^[a-z0-9][a-z0-9._-]{1,39}$", _("Small letters, digits, dots and dashes, as in seat-001."))


class Phone(models.Model):
    """A SIP account. Its password is known to the phone alone; Asterisk and we hold a digest of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.CharField(
        _("account"),
        max_length=40,
        unique=True,
        validators=[_SIP_NAME],
        help_text=_("Name and user name of the account at Asterisk, as in seat-001; cannot change later."),
    )
    password_digest = models.CharField(
        _("password digest"), max_length=32, editable=False, validators=[RegexValidator(r"^[0-9a-f]{32}$")]
    )
    seat = models.PositiveSmallIntegerField(
        _("seat"),
        null=True,
        blank=True,
        unique=True,
        help_text=_("Number of the seat where it stands; empty for a phone outside the room."),
    )
    label = models.CharField(_("label"), max_length=60, blank=True)
    active = models.BooleanField(_("active"), default=True, help_text=_("Switched off, it can no longer register."))

    objects = models.Manager()

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        ordering = ["endpoint"]

    def __str__(self) -> str:
        return self.endpoint


class Trunk(models.Model):
    """A line to a carrier, or to a machine that plays one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=40, unique=True, validators=[_SIP_NAME])
    host = models.GenericIPAddressField(_("address"), help_text=_("Calls are accepted from this address alone."))
    context = models.SlugField(
        _("context"), max_length=40, default="from-trunk", help_text=_("Where the dialplan receives its calls.")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=10, help_text=_("Calls to outside take the trunk with the lowest number first.")
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), default=0, help_text=_("So many calls to outside at a time; 0 is no limit.")
    )
    active = models.BooleanField(_("active"), default=True)

    objects = models.Manager()

    class Meta:
        verbose_name = _("trunk")
        verbose_name_plural = _("trunks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
