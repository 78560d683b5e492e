"""What the desk keeps: phones of browsers, the call that was offered last, dispositions, and addresses that pop up.

Ids of calls and queues are plain UUIDs, as in the journal.
"""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class WebPhone(models.Model):
    """The SIP account of an agent's browser, for one shift. The password is the browser's alone; we hold its digest."""

    agent = models.OneToOneField(
        "agents.Agent", models.PROTECT, primary_key=True, related_name="+", verbose_name=_("agent")
    )
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    # The name is made of the agent's number, which is unique over all tenants, and is a name at Asterisk.
    endpoint = models.CharField(_("account"), max_length=40, unique=True)
    password_digest = models.CharField(
        _("password digest"), max_length=32, editable=False, validators=[RegexValidator(r"^[0-9a-f]{32}$")]
    )
    minted_at = models.DateTimeField(_("made at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("phone of a browser")
        verbose_name_plural = _("phones of browsers")

    def __str__(self) -> str:
        return self.endpoint


class Offer(models.Model):
    """The call that was last offered to an agent, as the screen shows it before the answer. One row an agent.

    The switch writes it as the phone begins to ring; the ledger tells the same for good, a quarter of a second later.
    """

    agent = models.OneToOneField(
        "agents.Agent", models.PROTECT, primary_key=True, related_name="+", verbose_name=_("agent")
    )
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    call_id = models.UUIDField(_("call"))
    caller = models.CharField(_("caller"), max_length=80, blank=True)
    dialled = models.CharField(_("number dialled"), max_length=40, blank=True)
    queue_code = models.CharField(_("queue's code"), max_length=32, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True)
    offered_at = models.DateTimeField(_("offered at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("call offered")
        verbose_name_plural = _("calls offered")

    def __str__(self) -> str:
        return f"{self.caller} {self.offered_at:%H:%M:%S}"


class Disposition(models.Model):
    """What can come of a contact, by the tenant's own words: for all its queues, or for one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    queue = models.ForeignKey(
        "telephony.Queue", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("queue"),
        help_text=_("Empty: for all queues."),
    )  # fmt: skip
    code = models.SlugField(_("code"), max_length=32, help_text=_("The name in reports; cannot change later."))
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    success = models.BooleanField(_("success"), default=False, help_text=_("Counts where success is counted."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("active"), default=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "queue", "code"],
                name="disposition_code_is_unique",
                nulls_distinct=False,
                violation_error_message=_("There is a disposition with this code already."),
            )
        ]

    def __str__(self) -> str:
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class Disposed(models.Model):
    """What an agent says has come of a call. Said once for each agent of the call; said again it is changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    call_id = models.UUIDField(_("call"))
    agent = models.ForeignKey("agents.Agent", models.PROTECT, related_name="+", verbose_name=_("agent"))
    disposition = models.ForeignKey(Disposition, models.PROTECT, related_name="+", verbose_name=_("disposition"))
    success = models.BooleanField(_("success"), default=False, editable=False)  # as the disposition was then
    note = models.TextField(_("note"), blank=True, max_length=2000)
    said_at = models.DateTimeField(_("said at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("disposition of a call")
        verbose_name_plural = _("dispositions of calls")
        ordering = ["-said_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "call_id", "agent"],
                name="call_is_disposed_once",
                violation_error_message=_("The agent has said already what came of this call."),
            )
        ]
        indexes = [models.Index(fields=["tenant", "said_at"], name="disposed_of_tenant")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.disposition}"


class PopAddress(models.Model):
    """A page of the tenant's own system for each call: opened beside the desk, or told of the call by POST."""

    class Way(models.TextChoices):
        """What is done with it."""

        OPEN = "open", _("open in the browser")
        POST = "post", _("post to the system")

    tenant = models.OneToOneField(
        "tenants.Tenant", models.PROTECT, primary_key=True, related_name="+", verbose_name=_("tenant")
    )
    way = models.CharField(_("way"), max_length=4, choices=Way, default=Way.OPEN)
    template = models.CharField(
        _("address"),
        max_length=500,
        validators=[RegexValidator(r"^(https://|/)[^\s]*$", _("An address begins with https://, a path with /."))],
        help_text=_(
            "With {caller}, {dialled}, {queue}, {call} and {agent} in their places. To open: a whole address, as in"
            " https://crm.example/?number={caller}. To post: a path below the system's address."
        ),
    )
    system = models.SlugField(
        _("system"), max_length=32, blank=True, help_text=_("Code of the tenant's system that is posted to.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("address for each call")
        verbose_name_plural = _("addresses for each call")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(way="open", template__startswith="https://")
                | (models.Q(way="post", template__startswith="/") & ~models.Q(system="")),
                name="pop_address_fits_its_way",
                violation_error_message=_("To open takes a whole address; to post takes a path and a system."),
            )
        ]

    def __str__(self) -> str:
        return self.template
