"""Forms of the pages on which money moves."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from billing.contracts.models import BillingEntity
from billing.receivables.models import Payment
from seatline.panel.forms import AskForm
from tenants.accounts.models import Tenant


class DayField(forms.DateField):
    """A day, today if nothing else is said."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminDateWidget(), initial=timezone.localdate, **kwargs)


class AmountField(forms.DecimalField):
    """An amount of money above nought."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=18, decimal_places=2, min_value=Decimal("0.01"), widget=UnfoldAdminDecimalFieldWidget(), **kwargs
        )


class InvoicePaymentForm(AskForm):
    """Money for one invoice; what is more stays to the tenant's credit."""

    amount = AmountField(label=_("amount"))
    received_on = DayField(label=_("received on"), help_text=_("The bank's value date."))
    bank_ref = forms.CharField(
        label=_("bank's reference"),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Keeps one line of a statement from counting twice."),
    )
    method = forms.ChoiceField(label=_("method"), choices=Payment.Method.choices, widget=UnfoldAdminSelectWidget())
    note = forms.CharField(label=_("note"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget())


class PaymentForm(InvoicePaymentForm):
    """Money for an account: it pays for the oldest invoices first."""

    tenant = forms.ModelChoiceField(Tenant.objects.all(), label=_("tenant"), widget=UnfoldAdminSelectWidget())
    entity = forms.ModelChoiceField(BillingEntity.objects.all(), label=_("seller"), widget=UnfoldAdminSelectWidget())
    currency = forms.CharField(
        label=_("currency"), min_length=3, max_length=3, initial="CNY", widget=UnfoldAdminTextInputWidget()
    )
    field_order = ("tenant", "entity", "amount", "currency", "received_on", "bank_ref", "method", "note")


class ReasonForm(AskForm):
    """Why."""

    reason = forms.CharField(label=_("reason"), max_length=200, widget=UnfoldAdminTextInputWidget())


class RefundForm(AskForm):
    """How much goes back."""

    amount = AmountField(label=_("amount"))
    on = DayField(label=_("day"))
    note = forms.CharField(label=_("note"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget())


class ReturnForm(AskForm):
    """When the bank took the money back."""

    on = DayField(label=_("day"))
    note = forms.CharField(label=_("note"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget())


class DecisionForm(AskForm):
    """Suspend, or not."""

    suspend = forms.TypedChoiceField(
        label=_("decision"),
        choices=[("", "–"), ("no", _("not suspended")), ("yes", _("suspended"))],
        coerce=lambda text: text == "yes",
        widget=UnfoldAdminSelectWidget(),
    )
