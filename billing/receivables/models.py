"""Tables of what tenants owe: money that came in, what it pays for, reminders and disputes.

Rules of this file: payments and allocations are added and never changed (a trigger refuses it); what was wrong is taken
back by a row of its own. Open, paid and overdue stand nowhere: `balances` derives them.
"""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.contracts.models import BillingEntity
from billing.invoices.models import Document
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Payment(models.Model):
    """Money between a tenant and a seller: positive when it reduces what the tenant owes."""

    class Kind(models.TextChoices):
        """What moved."""

        PAYMENT = "payment", _("payment")
        REVERSAL = "reversal", _("payment returned by the bank")
        REFUND = "refund", _("refund")
        WRITE_OFF = "write_off", _("write-off")

    class Method(models.TextChoices):
        """How it moved."""

        TRANSFER = "transfer", _("bank transfer")
        DEBIT = "debit", _("direct debit")
        CARD = "card", _("card")
        CASH = "cash", _("cash")
        OTHER = "other", _("other")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="payments", verbose_name=_("tenant"))
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="payments", verbose_name=_("seller"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.PAYMENT)
    method = models.CharField(_("method"), max_length=10, choices=Method, default=Method.TRANSFER)
    received_on = models.DateField(_("received on"), help_text=_("The bank's value date."))
    amount = models.DecimalField(
        _("amount"), max_digits=18, decimal_places=2, help_text=_("Negative where money goes back to the tenant.")
    )
    currency = models.CharField(_("currency"), max_length=3)
    bank_ref = models.CharField(
        _("bank's reference"),
        max_length=80,
        blank=True,
        help_text=_("Keeps one line of a statement from counting twice."),
    )
    takes_back = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="taken_back_by", verbose_name=_("takes back")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-received_on", "-recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "entity", "bank_ref"],
                name="bank_reference_once",
                condition=~Q(bank_ref=""),
                violation_error_message=_("A payment with this bank reference is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["payment", "write_off"], amount__gt=0, takes_back__isnull=True)
                | Q(kind__in=["reversal", "refund"], amount__lt=0, takes_back__isnull=False),
                name="payment_has_the_sign_of_its_kind",
                violation_error_message=_(
                    "Payments are positive; returns and refunds are negative and name a payment."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received_on:%Y-%m-%d} {self.amount:,.2f} {self.currency}"


class Allocation(models.Model):
    """A part of a payment that pays for a document; a negative row takes such a part back.

    The sum over a payment stays within it, the sum over a document within what is open: a trigger sees to both.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", verbose_name=_("payment"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="allocations", verbose_name=_("document"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["document", "made_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="allocation_is_not_nothing",
                violation_error_message=_("Allocate an amount."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.amount:,.2f}"


class DunningStep(models.Model):
    """A step that follows an unpaid due date: reminders first, at last the proposal to suspend."""

    class Act(models.TextChoices):
        """What happens at the step."""

        REMINDER = "reminder", _("reminder")
        FINAL = "final", _("final notice")
        SUSPENSION = "suspension", _("proposal to suspend")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(BillingEntity, models.CASCADE, related_name="dunning", verbose_name=_("seller"))
    number = models.PositiveSmallIntegerField(_("step"), validators=[MinValueValidator(1)])
    days_after_due = models.PositiveSmallIntegerField(_("days after the due date"))
    act = models.CharField(_("what happens"), max_length=10, choices=Act)

    class Meta:
        verbose_name = _("dunning step")
        verbose_name_plural = _("dunning steps")
        ordering = ["entity", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "number"],
                name="one_dunning_step_per_number",
                violation_error_message=_("This seller already has a step with that number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.get_act_display()}"


class Reminder(models.Model):
    """A step taken towards a tenant, for the oldest invoice that is overdue; what was open then is kept.

    A proposal to suspend does nothing by itself: a person decides, and the decision stands on the row.
    """

    class Decision(models.TextChoices):
        """What a person decided on a proposal."""

        SUSPENDED = "suspended", _("suspended")
        SPARED = "spared", _("not suspended")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="reminders", verbose_name=_("oldest invoice"))
    step = models.PositiveSmallIntegerField(_("step"))
    act = models.CharField(_("what happens"), max_length=10, choices=DunningStep.Act)
    made_on = models.DateField(_("made on"))
    made_at = models.DateTimeField(_("made at"))
    open_amount = models.DecimalField(_("overdue in all"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    days_overdue = models.PositiveIntegerField(_("days overdue"))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document", "step"],
                name="one_reminder_per_step",
                violation_error_message=_("This step is already taken."),
            ),
            models.UniqueConstraint(
                fields=["tenant", "currency", "made_on"],
                name="one_reminder_a_day",
                violation_error_message=_("This tenant was reminded today."),
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True) | Q(act="suspension", decided_by__isnull=False),
                name="a_person_decides_on_a_suspension",
                violation_error_message=_("Only a proposal to suspend is decided, and by a person."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()} · {self.document}"


class Dispute(models.Model):
    """The tenant contests an invoice: no reminder counts it until the dispute is closed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="disputes", verbose_name=_("invoice"))
    reason = models.CharField(_("reason"), max_length=300)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document"],
                name="one_open_dispute_per_invoice",
                condition=Q(closed_at__isnull=True),
                violation_error_message=_("This invoice is already disputed."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="dispute_closes_after_it_opens",
                violation_error_message=_("A dispute is closed after it was opened."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}: {self.reason}"
