"""Reminders of what is overdue, and the decision that a person takes at the end of them.

Rules of this file: `rules.next_reminder` decides what is due; at most one step a day and account; nothing is suspended
but by a person. A reminder and its mail are written in one transaction. Runs in the finance scope; only the suspension
itself is the operator's.
"""

from collections import defaultdict
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.contracts.models import BillingEntity
from billing.contracts.services import must_be_finance
from billing.mails import services as mails
from billing.mails.models import Mail
from billing.mails.wording import Overdue, reminder
from billing.rating.periods import local_day
from billing.receivables.balances import accounts, open_items
from billing.receivables.models import DunningStep, Reminder
from billing.receivables.rules import Step, next_reminder
from billing.receivables.services import lock_account
from seatline.errors import Refused
from tenants.accounts.models import User
from tenants.accounts.suspending import suspend

#: What a seller without steps of its own does: days after the due date, and the act.
USUAL_STEPS = (
    Step(1, 3, DunningStep.Act.REMINDER),
    Step(2, 14, DunningStep.Act.REMINDER),
    Step(3, 30, DunningStep.Act.FINAL),
    Step(4, 45, DunningStep.Act.SUSPENSION),
)


class AlreadyDecided(Refused):
    """This is no proposal that still waits for a decision."""


def steps_of(entity_id: UUID) -> list[Step]:
    """The seller's own steps, or the usual ones."""
    own = DunningStep.objects.filter(entity_id=entity_id).order_by("number")
    return [Step(one.number, one.days_after_due, one.act) for one in own] or list(USUAL_STEPS)


def remind(at: datetime) -> list[Reminder]:
    """Take the steps that are due in all accounts; repeated on the same day, nothing more."""
    zones = {entity.pk: ZoneInfo(entity.time_zone) for entity in BillingEntity.objects.all()}
    made: list[Reminder] = []
    for account in accounts():
        on = local_day(at, zones[account.entity_id])
        with transaction.atomic():
            lock_account(account.tenant_id)
            taken: dict[UUID, list[int]] = defaultdict(list)
            today = False
            for document, step, made_on, currency in Reminder.objects.filter(tenant_id=account.tenant_id).values_list(
                "document_id", "step", "made_on", "currency"
            ):
                taken[document].append(step)
                today = today or (made_on == on and currency == account.currency)
            if today:
                continue
            done = [(document, step) for document, steps in taken.items() for step in steps]
            due = next_reminder(open_items(account), steps_of(account.entity_id), done, on)
            if due is not None:
                made.append(
                    Reminder.objects.create(
                        tenant_id=account.tenant_id,
                        document_id=due.item.document,
                        step=due.step.number,
                        act=due.step.act,
                        made_on=on,
                        made_at=at,
                        open_amount=due.amount,
                        currency=account.currency,
                        days_overdue=due.days,
                    )
                )
                _mail(made[-1], at)
    return made


def _mail(made: Reminder, at: datetime) -> None:
    """Tell the tenant; a proposal to suspend is for the house alone."""
    if made.act == DunningStep.Act.SUSPENSION:
        return
    invoice = made.document
    assert invoice.due_on, "only issued invoices are overdue"
    what = Overdue(
        buyer=(str(invoice.buyer["legal_name"]), str(invoice.buyer["legal_name_zh"])),
        seller=(invoice.seller["legal_name"], invoice.seller["legal_name_zh"]),
        number=invoice.number or "",
        due_on=invoice.due_on,
        days=made.days_overdue,
        amount=made.open_amount,
        currency=made.currency,
        bank=" ".join(filter(None, (invoice.seller["bank_name"], invoice.seller["bank_account"]))),
        final=made.act == DunningStep.Act.FINAL,
    )
    kind = Mail.Kind.FINAL if what.final else Mail.Kind.REMINDER
    mails.write(made.tenant_id, kind, f"reminder {made.pk}", reminder(what, str(invoice.buyer["language"])), at)


@transaction.atomic
def decide(proposal: Reminder, user: User, at: datetime, *, suspended: bool) -> Reminder:
    """A person's decision on a proposal to suspend; calls of the tenant are then not answered any more.

    Raises `AlreadyDecided`.
    """
    must_be_finance(user)
    proposal = Reminder.objects.select_for_update().get(pk=proposal.pk)
    if proposal.act != DunningStep.Act.SUSPENSION or proposal.decision:
        raise AlreadyDecided
    proposal.decision = Reminder.Decision.SUSPENDED if suspended else Reminder.Decision.SPARED
    proposal.decided_by, proposal.decided_at = user, at
    proposal.save(update_fields=["decision", "decided_by", "decided_at"])
    if suspended:
        suspend(proposal.tenant_id)
    return proposal
