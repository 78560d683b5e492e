"""The people at the seats: agents, what they can do, why they pause, and the PIN they key."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agents.people.scope import SharedManager
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Agent(models.Model):
    """A person who takes calls for a tenant. Never deleted, the number never given again: reports go on naming it."""

    class Employer(models.TextChoices):
        """Whose payroll the agent is on."""

        OPERATOR = "operator", _("operator")
        TENANT = "tenant", _("tenant")

    class Language(models.TextChoices):
        """Languages in which the phone codes speak to the agent."""

        ENGLISH = "en", "English"
        CHINESE = "zh", "中文"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    # Unique over all tenants: an agent keys the number on any phone of the room, where no tenant is known yet.
    number = models.CharField(
        _("agent number"),
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^\d{4}$", _("Four digits."))],
        help_text=_("Four digits that the agent keys after *45; never used again for somebody else."),
    )
    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100, blank=True)
    employed_by = models.CharField(_("employed by"), max_length=16, choices=Employer, default=Employer.TENANT)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=Language,
        default=Language.CHINESE,
        help_text=_("In which the phone speaks to the agent."),
    )
    active = models.BooleanField(
        _("active"), default=True, help_text=_("Leavers are switched off here: they can no longer log in.")
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="agent_number_has_four_digits",
                condition=models.Q(number__regex=r"^[0-9]{4}$"),
                violation_error_message=_("An agent number has four digits."),
            )
        ]
        indexes = [models.Index(fields=["tenant", "number"], name="agents_of_tenant")]

    def __str__(self) -> str:
        return f"{self.number} {self.display_name}"

    @property
    def display_name(self) -> str:
        """The name in the language of the screen."""
        return self.name_zh if self.name_zh and (get_language() or "").startswith("zh") else self.name


class AgentPin(models.Model):
    """The hash of an agent's PIN and the count of wrong tries. A table of its own: no tenant's role can read it."""

    agent = models.OneToOneField(Agent, models.CASCADE, primary_key=True, related_name="pin", verbose_name=_("agent"))
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    hashed = models.CharField(_("hash"), max_length=200, editable=False)
    failed_pins = models.PositiveSmallIntegerField(_("wrong PINs in a row"), default=0)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("PIN")
        verbose_name_plural = _("PINs")

    def __str__(self) -> str:
        return str(self.agent)


class OutsidePhone(models.Model):
    """A telephone outside the room on which an agent may take calls."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="outside_phones", verbose_name=_("agent"))
    number = models.CharField(
        _("number"),
        max_length=16,
        validators=[RegexValidator(r"^\+[1-9][0-9]{2,14}$", _("In full, as +8613800000001."))],
        help_text=_("In full, as +8613800000001; the agent logs in by calling from it, and calls go there."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("telephone outside")
        verbose_name_plural = _("telephones outside")
        ordering = ["agent", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "agent", "number"],
                name="outside_phone_is_listed_once",
                violation_error_message=_("The agent may use this telephone already."),
            ),
            models.CheckConstraint(
                name="outside_phone_is_a_number",
                condition=models.Q(number__regex=r"^\+[1-9][0-9]{2,14}$"),
                violation_error_message=_("A number is written in full, as +8613800000001."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.number}"


class Skill(models.Model):
    """Something a tenant's queues ask for: a language, a product."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    code = models.SlugField(_("code"), max_length=32, help_text=_("The name that queues use; cannot change later."))
    name = models.CharField(_("name"), max_length=100)
    name_zh = models.CharField(_("Chinese name"), max_length=100, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["tenant", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="skill_code_is_unique",
                violation_error_message=_("This tenant has a skill with this code already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class AgentSkill(models.Model):
    """How well an agent has a skill."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    agent = models.ForeignKey(Agent, models.CASCADE, related_name="skills", verbose_name=_("agent"))
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(
        _("level"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("1 (a little) to 10 (best)."),
    )

    objects = TenantManager()

    class Meta:
        verbose_name = _("agent's skill")
        verbose_name_plural = _("agents' skills")
        ordering = ["agent", "skill"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "agent", "skill"],
                name="agent_has_skill_once",
                violation_error_message=_("The agent has this skill already: change its level."),
            ),
            models.CheckConstraint(
                name="skill_level_is_1_to_10",
                condition=models.Q(level__range=(1, 10)),
                violation_error_message=_("A level is a number from 1 to 10."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent} · {self.skill} {self.level}"


class PauseReason(models.Model):
    """Why an agent is not ready: the digit keyed after *46, and its name. Without a tenant it is everybody's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tenant"),
        help_text=_("Empty: for agents of all tenants, unless the tenant has a reason of its own with this digit."),
    )
    code = models.CharField(
        _("digit"),
        max_length=1,
        validators=[RegexValidator(r"^[1-9]$", _("One digit from 1 to 9."))],
        help_text=_("Keyed after *46."),
    )
    name = models.CharField(_("name"), max_length=60)
    name_zh = models.CharField(_("Chinese name"), max_length=60, blank=True)

    objects = SharedManager()

    class Meta:
        verbose_name = _("pause reason")
        verbose_name_plural = _("pause reasons")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="pause_digit_is_unique",
                nulls_distinct=False,
                violation_error_message=_("This digit stands for another reason already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
