"""What finance has of one tenant, whose every text holds a canary: an issued invoice and all that hangs on it."""

from datetime import date, datetime
from decimal import Decimal

from billing.contracts.files import attach
from billing.contracts.models import Contract, ContractVersion
from billing.exports.batches import ask_for
from billing.exports.fapiao_models import Fapiao
from billing.exports.job_models import ExportJob
from billing.invoices.models import Document
from billing.invoices.services import approve_and_issue, prepare
from billing.mails.models import Mail
from billing.mails.services import write
from billing.mails.wording import Told
from billing.receivables.models import DunningStep, Reminder
from billing.receivables.services import dispute, record_payment
from billing.runs.services import start_run
from tests.builders.billing import a_writer

PDF = b"%PDF-1.7\n%%EOF"


def a_money_side(contract: Contract, draft: Document, canary: str, at: datetime) -> dict[str, object]:
    """Ids by resource of the API. In the finance scope; `draft` is of a period that is over."""
    first, second = a_writer("fin1"), a_writer("fin2")
    invoice = approve_and_issue(prepare(draft, first, at), second, at)
    payment = record_payment(
        contract.tenant, contract.entity, Decimal("10.00"), "CNY", at.date(), user=first, at=at, bank_ref=canary,
        note=canary,
    )  # fmt: skip
    reminder = Reminder.objects.create(
        tenant_id=contract.tenant_id, document=invoice, step=4, act=DunningStep.Act.SUSPENSION, made_on=at.date(),
        made_at=at, open_amount=invoice.gross, currency="CNY", days_overdue=46,
    )  # fmt: skip
    write(contract.tenant_id, Mail.Kind.REMINDER, canary, Told(canary, canary), at, address="x@tenant.example")
    fapiao = Fapiao.objects.create(
        tenant_id=contract.tenant_id, entity=contract.entity, document=invoice, colour="blue", status="requested",
        flow_number=canary, file_name=f"{canary}.ofd", file=canary.encode(), asked_by=first, asked_at=at,
    )  # fmt: skip
    return {
        "open-items": invoice.pk,
        "payments": payment.pk,
        "reminders": reminder.pk,
        "disputes": dispute(invoice, first, at, reason=canary).pk,
        "fapiao": fapiao.pk,
        "contract-files": attach(contract, f"{canary}.pdf", PDF + canary.encode(), user=first, at=at).pk,
        "contract-versions": ContractVersion.objects.get(contract=contract).pk,
        "billing-runs": start_run(contract.entity, date(at.year, at.month, 1), first, at).pk,
        "exports": ask_for(
            ExportJob.Kind.OPEN_ITEMS, contract.entity, date(2026, 1, 1), date(2027, 1, 1), first, at
        ).pk,
    }
