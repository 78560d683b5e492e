"""What the switch obeys: queues and prompts; flows are in `flows.py`, phones and trunks in `lines.py`.

A change here reaches the switch through `services.plan_changed`, which every service of this room calls; whoever saves
a row by another way (the admin) calls it too.
"""

from datetime import time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agents.people.scope import SharedManager
from seatline.ids import new_id
from telephony.core.acd.empty import rule_of
from telephony.plans.flows import Flow, FlowSave, FlowTrial, FlowVersion, Route
from telephony.plans.lines import Phone, Trunk
from telephony.plans.members import QueueMember
from tenants.accounts.scope import TenantManager

__all__ = [
    "Flow", "FlowSave", "FlowTrial", "FlowVersion", "Phone", "Prompt", "PromptLanguage", "Queue", "QueueMember",
    "QueueSkill", "Route", "Trunk",
]  # fmt: skip


class PromptLanguage(models.TextChoices):
    """Languages of prompts, as their folders are called."""

    ENGLISH = "en", "English"
    CHINESE = "zh", "中文"


def check_empty_words(words: str) -> None:
    """Refuse a word that app_queue does not know either."""
    try:
        rule_of(words, joining=True)
    except ValueError as error:
        raise ValidationError(_("“%(word)s” is not a word for this."), params={"word": str(error)}) from error


class Queue(models.Model):
    """Where a tenant's callers wait, and the rules by which they get an agent; never deleted, history names it."""

    class Strategy(models.TextChoices):
        """Which agent is rung; the names of `core.acd.pools.STRATEGIES`, Asterisk's own where it has one."""

        LONGEST_IDLE = "longest_idle", _("longest ready")
        MOST_SKILLED = "most_skilled", _("best skilled")
        RINGALL = "ringall", _("all at once")
        LEAST_RECENT = "leastrecent", _("longest since the last call")
        FEWEST_CALLS = "fewestcalls", _("fewest calls")
        LINEAR = "linear", _("in order, each caller from the first")
        RR_MEMORY = "rrmemory", _("in turn")
        RR_ORDERED = "rrordered", _("in turn, by position")
        RANDOM = "random", _("by chance")
        W_RANDOM = "wrandom", _("by chance, weighed by penalty")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    code = models.SlugField(
        _("code"), max_length=32, help_text=_("The name in flows and reports; cannot change later.")
    )
    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100, blank=True)
    strategy = models.CharField(
        _("strategy"),
        max_length=16,
        choices=Strategy,
        default=Strategy.LONGEST_IDLE,
        help_text=_("Which of the ready agents gets the next caller."),
    )
    ring = models.DurationField(
        _("ring for"), default=timedelta(seconds=20), help_text=_("After this the call goes to the next agent.")
    )
    wrap_up = models.DurationField(
        _("wrap-up"), default=timedelta(seconds=15), help_text=_("Time for work after a call, before the next one.")
    )
    max_wait = models.DurationField(
        _("longest wait"), default=timedelta(minutes=5), help_text=_("After this the flow goes on without an agent.")
    )
    max_length = models.PositiveSmallIntegerField(
        _("most callers"), default=0, help_text=_("So many callers may wait at a time; 0 is no limit.")
    )
    join_empty = models.CharField(
        _("join when empty"),
        max_length=60,
        default="loose",
        validators=[check_empty_words],
        help_text=_(
            "Whether callers may begin to wait with nobody there: yes, no (paused agents do not count), strict (nor do "
            "those without a phone), loose (all who are logged in count), or the states that do not count, parted by "
            "commas: paused, unavailable, inuse, ringing, wrapup."
        ),
    )
    leave_empty = models.CharField(
        _("leave when empty"),
        max_length=60,
        default="no",
        validators=[check_empty_words],
        help_text=_("Whether callers who wait are sent on when nobody is left: the same words; no lets them wait."),
    )
    retry = models.DurationField(
        _("rest after a ring"),
        default=timedelta(0),
        help_text=_("So long nobody is rung for a caller whom an agent did not answer."),
    )
    ageing = models.FloatField(
        _("ageing"), default=0, help_text=_("Points of priority that a minute of waiting is worth.")
    )
    sticky = models.DurationField(
        _("same agent within"),
        default=timedelta(0),
        help_text=_("A caller who calls again within this time gets the last agent if free; 0: no."),
    )
    announce_every = models.DurationField(
        _("announce every"), default=timedelta(0), help_text=_("Interval of announcements to waiting callers; 0: none.")
    )
    say_position = models.BooleanField(_("say the place"), default=True)
    say_wait = models.BooleanField(_("say the wait"), default=True)
    messages = models.CharField(
        _("messages"),
        max_length=300,
        blank=True,
        help_text=_("Names of prompts, parted by spaces; each announcement ends with the next of them."),
    )
    weight = models.SmallIntegerField(
        _("weight"), default=0, help_text=_("Callers of a heavier queue go first where agents serve several.")
    )
    misses_allowed = models.PositiveSmallIntegerField(
        _("missed calls allowed"),
        default=2,
        validators=[MinValueValidator(1)],
        help_text=_("So many calls missed in a row make an agent not ready."),
    )
    music = models.CharField(_("music"), max_length=40, default="default", help_text=_("Class of music on hold."))
    record = models.BooleanField(_("record calls"), default=True)
    longest_mask = models.DurationField(
        _("payment's silence at most"),
        default=timedelta(minutes=3),
        help_text=_("So long the recording is silent while an agent takes a payment (*6); then it is resumed."),
    )
    callback_tries = models.PositiveSmallIntegerField(
        _("calls back at most"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text=_("So often a customer is called who does not answer."),
    )
    callback_pause = models.DurationField(
        _("pause between calls"), default=timedelta(minutes=15), help_text=_("Before the customer is called again.")
    )
    callback_from = models.TimeField(
        _("calls back from"), default=time(8), help_text=_("In the time zone of the tenant; nobody is called before.")
    )
    callback_until = models.TimeField(
        _("calls back until"), default=time(21), help_text=_("The same hour as from: at any time.")
    )
    missed_after = models.DurationField(
        _("calls back who gave up after"),
        default=timedelta(0),
        help_text=_("Callers who hang up after waiting so long are called back; 0: they are not."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        ordering = ["tenant", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="queue_code_is_unique",
                violation_error_message=_("This tenant has a queue with this code already."),
            ),
            models.CheckConstraint(
                name="queue_rings",
                condition=models.Q(ring__gte=timedelta(seconds=3), ring__lte=timedelta(minutes=5)),
                violation_error_message=_("A phone rings for 3 seconds to 5 minutes."),
            ),
            models.CheckConstraint(
                name="queue_times_are_sane",
                condition=models.Q(wrap_up__gte=timedelta(0), max_wait__gt=timedelta(0), misses_allowed__gte=1),
                violation_error_message=_("Wrap-up is not negative; longest wait and missed calls are above 0."),
            ),
            models.CheckConstraint(
                name="queue_waiting_is_sane",
                condition=models.Q(
                    models.Q(announce_every=timedelta(0)) | models.Q(announce_every__gte=timedelta(seconds=5)),
                    retry__gte=timedelta(0),
                    sticky__gte=timedelta(0),
                    ageing__gte=0,
                ),
                violation_error_message=_("Announcements are 5 seconds apart or more; nothing here is negative."),
            ),
            models.CheckConstraint(
                name="queue_mask_is_bounded",
                condition=models.Q(longest_mask__gte=timedelta(seconds=5), longest_mask__lte=timedelta(minutes=15)),
                violation_error_message=_("A payment's silence ends after 5 seconds to 15 minutes."),
            ),
            models.CheckConstraint(
                name="queue_callbacks_are_sane",
                condition=models.Q(
                    callback_tries__range=(1, 20), callback_pause__gte=timedelta(0), missed_after__gte=timedelta(0)
                ),
                violation_error_message=_("A customer is called once to 20 times; no time here is negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.display_name}"

    @property
    def display_name(self) -> str:
        """The name in the language of the screen."""
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class QueueSkill(models.Model):
    """The least level of a skill that an agent needs for callers who have waited so long; 0: it is asked no more."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="skills", verbose_name=_("queue"))
    skill = models.ForeignKey("agents.Skill", models.PROTECT, related_name="+", verbose_name=_("skill"))
    after = models.DurationField(
        _("after a wait of"),
        default=timedelta(0),
        help_text=_("From then on this level is enough; it may be lower than that for those who just came, or 0."),
    )
    level = models.PositiveSmallIntegerField(_("least level"), default=1, validators=[MaxValueValidator(10)])

    objects = TenantManager()

    class Meta:
        verbose_name = _("skill asked for")
        verbose_name_plural = _("skills asked for")
        ordering = ["queue", "after", "skill"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "queue", "skill", "after"],
                name="queue_asks_skill_once",
                violation_error_message=_("The queue asks for this skill already: change its level."),
            ),
            models.CheckConstraint(
                name="queue_skill_level_is_0_to_10",
                condition=models.Q(level__range=(0, 10), after__gte=timedelta(0)),
                violation_error_message=_("A level is a number from 0 to 10."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue.code}: {self.skill} ≥ {self.level}"


class Prompt(models.Model):
    """Something that flows say, spoken by the machine or uploaded. Without a tenant it stands in for all of them."""

    class Source(models.TextChoices):
        """Who spoke it."""

        SPOKEN = "tts", _("spoken by the machine")
        UPLOADED = "upload", _("uploaded")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("tenant")
    )
    name = models.SlugField(_("name"), max_length=64, help_text=_("The name by which flows say it."))
    language = models.CharField(_("language"), max_length=2, choices=PromptLanguage)
    text = models.TextField(_("text"), help_text=_("What is said; of an uploaded prompt too, for those who read."))
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.SPOKEN)
    sha = models.CharField(
        _("file"),
        max_length=64,
        blank=True,
        validators=[RegexValidator(r"^[0-9a-f]{8,64}$")],
        editable=False,
        help_text=_("Name of the sound file; empty while there is none."),
    )

    objects = SharedManager()

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["tenant", "name", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name", "language"],
                name="prompt_is_said_one_way",
                nulls_distinct=False,
                violation_error_message=_("There is a prompt of this name in this language: change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
