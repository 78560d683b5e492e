"""What finance does with an issued invoice and money: buttons of the document's page."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from billing.invoices.models import Document
from billing.receivables.admin_forms import InvoicePaymentForm, ReasonForm
from billing.receivables.balances import invoices_with_balance, item_of
from billing.receivables.models import Dispute
from billing.receivables.rules import OpenItem
from billing.receivables.services import (
    close_dispute,
    dispute,
    record_payment,
    release,
    write_off,
)
from seatline import clock
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, TypedNameForm, posted

PERMISSION = ["billing.add_payment"]


def balance_of(document: Document) -> OpenItem | None:
    """The open item of an issued invoice."""
    row = invoices_with_balance().filter(pk=document.pk).first()
    return item_of(row) if row is not None else None


class MoneySteps(WindowAdmin):
    """Payment, dispute, write-off: what an invoice's balance allows."""

    money_actions = ("pay_it", "dispute_it", "settle_it", "write_it_off", "free_it")

    def balance(self, row: Document) -> OpenItem | None:
        """The balance as the page shows it, asked once for all buttons and fields of a row."""
        if not hasattr(row, "shown_balance"):
            row.shown_balance = balance_of(row)
        return row.shown_balance

    def offers_money(self, row: Document, name: str) -> bool:
        """The steps that make sense for the balance."""
        item = self.balance(row)
        if item is None:
            return False
        return {
            "pay_it": item.open > 0,
            "dispute_it": item.open > 0 and not item.disputed,
            "settle_it": item.disputed,
            "write_it_off": item.open > 0,
            "free_it": item.open < 0,
        }[name]

    @action(description=gettext_lazy("Record a payment"), url_path="pay", permissions=PERMISSION, icon="payments")
    def pay_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Money that came in for this invoice."""
        document = self.found(request, object_id)
        item = balance_of(document)
        form = InvoicePaymentForm(posted(request), initial={"amount": item.open if item else None})

        def do() -> str:
            got = form.cleaned_data
            record_payment(
                document.tenant, document.entity, got["amount"], document.currency, got["received_on"],
                user=request.user, at=clock.now(), bank_ref=got["bank_ref"], method=got["method"], note=got["note"],
                pay=[document.pk],
            )  # fmt: skip
            left = balance_of(document)
            return _("Recorded. Still open: %(amount)s.") % {"amount": f"{left.open:,.2f} {document.currency}"}

        return self.ask(
            request, document, form, do, title=_("Record a payment for %(number)s") % {"number": document.number},
            submit=_("Record a payment"),
            text=_("What is more than is open stays to the tenant's credit. A payment is never changed afterwards."),
        )  # fmt: skip

    @action(description=gettext_lazy("Dispute"), url_path="dispute", permissions=PERMISSION, icon="gavel")
    def dispute_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The tenant contests it."""
        document = self.found(request, object_id)
        form = ReasonForm(posted(request))

        def do() -> str:
            dispute(document, request.user, clock.now(), reason=form.cleaned_data["reason"])
            return _("Noted. No reminder counts this invoice until the dispute is closed.")

        return self.ask(
            request, document, form, do, title=_("%(number)s is disputed") % {"number": document.number},
            submit=_("Dispute"), text=_("Reminders leave it out; it stays open and due."),
        )  # fmt: skip

    @action(description=gettext_lazy("Close the dispute"), url_path="settle", permissions=PERMISSION, icon="handshake")
    def settle_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The dispute is settled."""
        document = self.found(request, object_id)

        def do() -> str:
            for one in Dispute.objects.filter(document=document, closed_at__isnull=True):
                close_dispute(one, request.user, clock.now())
            return _("The dispute is closed.")

        return self.ask(
            request, document, AskForm(posted(request)), do,
            title=_("Close the dispute about %(number)s") % {"number": document.number}, submit=_("Close the dispute"),
            text=_("Reminders count the invoice again. A credit, if one was agreed on, is a step of its own."),
            facts=[one.reason for one in Dispute.objects.filter(document=document, closed_at__isnull=True)],
        )  # fmt: skip

    @action(description=gettext_lazy("Write off"), url_path="write-off", permissions=PERMISSION, icon="money_off")
    def write_it_off(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give up what is open."""
        document = self.found(request, object_id)
        item = balance_of(document)
        form = TypedNameForm(posted(request), name=document.number or "")

        def do() -> str:
            at = clock.now()
            write_off(document, request.user, at, on=at.date(), note=str(document.number))
            return _("What was open is written off.")

        return self.ask(
            request, document, form, do, title=_("Write off what is open on %(number)s") % {"number": document.number},
            submit=_("Write off"), danger=True,
            text=_(
                "The tenant owes it no longer, and the journal books it as a loss. "
                "A wrong amount is credited instead."
            ),
            facts=[f"{item.open:,.2f} {document.currency}"] if item else [],
        )  # fmt: skip

    @action(description=gettext_lazy("Free what is too much"), url_path="free", permissions=PERMISSION, icon="undo")
    def free_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Free what was paid above the invoice after its credit notes."""
        document = self.found(request, object_id)

        def do() -> str:
            freed = release(document, request.user, clock.now())
            return _("%(amount)s are free again for other invoices or a refund.") % {
                "amount": f"{freed:,.2f} {document.currency}"
            }

        return self.ask(
            request, document, AskForm(posted(request)), do,
            title=_("Free what was paid too much on %(number)s") % {"number": document.number}, submit=_("Free"),
            text=_("A credit note has made the invoice smaller than what was paid for it."),
        )  # fmt: skip
