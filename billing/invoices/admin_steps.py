"""The steps of a document: drafted, prepared, approved and issued by another person, withdrawn, credited."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from billing.contracts.models import Contract
from billing.invoices.admin_tables import reads_chinese
from billing.invoices.models import Document, DocumentLine
from billing.invoices.services import approve_and_issue, credit, prepare, refresh_drafts, withdraw
from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.base import WindowAdmin
from seatline.panel.forms import AskForm, TypedNameForm, posted
from seatline.panel.said import said

ONE_DAY = timedelta(days=1)


class CreditForm(TypedNameForm):
    """Why, how much of which line, and whether the amounts come back; the invoice's number is typed."""

    reason = forms.CharField(
        label=gettext_lazy("reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Printed on the credit note."),
    )
    bill_again = forms.BooleanField(
        label=gettext_lazy("bill again"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=gettext_lazy(
            "The credited amounts return to the next draft of the period; without it they are given up. "
            "Only for the whole of what is left."
        ),
    )

    def __init__(self, *args: Any, lines: Iterable[DocumentLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = [line.position for line in lines]
        for line in lines:
            self.fields[f"line_{line.position}"] = forms.DecimalField(
                label=f"{line.position}. {line.text_zh if reads_chinese() else line.text}",
                required=False,
                max_digits=18,
                decimal_places=2,
                widget=UnfoldAdminDecimalFieldWidget(),
                help_text=_("Net, of %(amount)s. Leave all lines empty to credit all that is left.")
                % {"amount": f"{line.amount:,.2f}"},
            )
        self.order_fields(["reason", *(f"line_{position}" for position in self.positions), "bill_again", "typed"])

    def amounts(self) -> dict[int, Decimal] | None:
        """What is credited of each line; None for all that is left."""
        found = {position: self.cleaned_data[f"line_{position}"] for position in self.positions}
        return {position: amount for position, amount in found.items() if amount} or None


class PrepareForm(AskForm):
    """Whether a period that still runs is billed early."""

    interim = forms.BooleanField(
        label=gettext_lazy("interim invoice"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=gettext_lazy(
            "Bill what is used so far although the period still runs; the rest follows on the next invoice."
        ),
    )


class DocumentSteps(WindowAdmin):
    """The buttons above a document, each a step that its status allows."""

    actions_list = ("refresh_all",)
    actions_detail = ("prepare_it", "approve_it", "withdraw_it", "credit_it")

    def offers(self, row: Document, name: str) -> bool:
        """The next step of the document, as its status says."""
        is_invoice = row.doc_type == Document.Type.INVOICE
        return {
            "prepare_it": is_invoice and row.status == Document.Status.DRAFT,
            "approve_it": row.status == Document.Status.PREPARED,
            "withdraw_it": row.status in {Document.Status.PREPARED, Document.Status.APPROVED},
            "credit_it": is_invoice and row.status == Document.Status.ISSUED,
        }.get(name, True)

    @action(
        description=gettext_lazy("Refresh drafts"),
        url_path="refresh",
        permissions=["billing.change_document"],
        icon="refresh",
    )
    def refresh_all(self, request: HttpRequest) -> HttpResponseBase:
        """Make the drafts of all contracts anew, up to this moment."""

        def do() -> HttpResponseBase:
            made = 0
            for contract in Contract.objects.order_by("number"):
                try:
                    made += len(refresh_drafts(contract, clock.now()))
                except SeatlineError as error:
                    messages.warning(request, f"{contract.number}: {said(error)}")
            messages.success(request, _("%(count)s drafts are up to date.") % {"count": made})
            return redirect("admin:billing_document_changelist")

        return self.ask(
            request,
            None,
            AskForm(posted(request)),
            do,
            title=_("Refresh drafts"),
            submit=_("Refresh drafts"),
            text=_(
                "All drafts are calculated anew from usage, leases and prices up to now. Prepared and issued ones stay."
            ),
        )

    @action(
        description=gettext_lazy("Prepare"),
        url_path="prepare",
        permissions=["billing.change_document"],
        icon="assignment_turned_in",
        variant=ActionVariant.PRIMARY,
    )
    def prepare_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Hold a draft for the second person."""
        document = self.found(request, object_id)
        form = PrepareForm(posted(request))

        def do() -> str:
            done = prepare(document, request.user, clock.now(), interim=form.cleaned_data["interim"])
            return _("Prepared at %(gross)s. Another person of finance now approves and issues it.") % {
                "gross": f"{done.gross:,.2f} {done.currency}"
            }

        return self.ask(
            request,
            document,
            form,
            do,
            title=_("Prepare the invoice of %(tenant)s") % {"tenant": document.tenant},
            submit=_("Prepare"),
            text=_("The draft is calculated once more and then stands still until it is issued or withdrawn."),
            facts=self._totals(document),
        )

    @action(
        description=gettext_lazy("Approve and issue"),
        url_path="approve",
        permissions=["billing.change_document"],
        icon="verified",
        variant=ActionVariant.PRIMARY,
    )
    def approve_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The second person's yes: a number, and nothing changes any more."""
        document = self.found(request, object_id)

        def do() -> str:
            done = approve_and_issue(document, request.user, clock.now())
            return _("Issued as %(number)s.") % {"number": done.number}

        return self.ask(
            request,
            document,
            AskForm(posted(request)),
            do,
            title=_("Approve and issue to %(tenant)s") % {"tenant": document.tenant},
            submit=_("Approve and issue"),
            text=_(
                "It was prepared by %(user)s. It gets the next number without a gap and never changes again; "
                "a mistake is then corrected by a credit note."
            )
            % {"user": document.prepared_by},
            facts=self._totals(document),
        )

    @action(
        description=gettext_lazy("Withdraw"), url_path="withdraw", permissions=["billing.change_document"], icon="undo"
    )
    def withdraw_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Undo the preparation."""
        document = self.found(request, object_id)

        def do() -> HttpResponseBase | str:
            if withdraw(document, request.user, clock.now()) is not None:
                return _("It is a draft again.")
            messages.success(request, _("The credit note is withdrawn."))
            return redirect("admin:billing_document_changelist")

        return self.ask(
            request,
            document,
            AskForm(posted(request)),
            do,
            title=_("Withdraw %(document)s") % {"document": document},
            submit=_("Withdraw"),
            text=_("An invoice becomes a draft again and takes in later usage; a credit note disappears."),
            facts=self._totals(document),
        )

    @action(
        description=gettext_lazy("Credit"),
        url_path="credit",
        permissions=["billing.add_document"],
        icon="money_off",
        variant=ActionVariant.DANGER,
    )
    def credit_it(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Prepare a credit note over an issued invoice, whole or in part."""
        document = self.found(request, object_id)
        lines = list(document.lines.order_by("position"))
        form = CreditForm(posted(request), name=document.number or "", lines=lines)

        def do() -> HttpResponseBase:
            got = form.cleaned_data
            note = credit(
                document, request.user, got["reason"], clock.now(), bill_again=got["bill_again"], amounts=form.amounts()
            )
            messages.success(
                request, _("The credit note is prepared. Another person of finance approves and issues it.")
            )
            return redirect(self.page_of(note))

        return self.ask(
            request,
            document,
            form,
            do,
            title=_("Credit %(number)s") % {"number": document.number},
            submit=_("Prepare the credit note"),
            danger=True,
            text=_(
                "An issued invoice never changes; a credit note takes back what you enter, with its tax, to the cent."
            ),
            facts=self._totals(document),
        )

    def _totals(self, document: Document) -> list[str]:
        amounts = (("net", document.net), ("tax", document.tax), ("gross", document.gross))
        names = {"net": _("net"), "tax": _("tax"), "gross": _("gross")}
        return [
            f"{document.tenant} · {document.contract_number} · {document.starts_on} – {document.ends_on - ONE_DAY}",
            *(f"{names[name]}: {amount:,.2f} {document.currency}" for name, amount in amounts),
        ]
