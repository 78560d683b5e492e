"""What the switch obeys: phones, trunks and numbers' routes; queues, flows and prompts stand beside."""

import secrets

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from seatline.panel.base import PanelAdmin
from seatline.panel.forms import AskForm, posted
from seatline.panel.show import figure
from telephony.plans.admin_of_tenants import OfTenant
from telephony.plans.models import Phone, Route, Trunk
from telephony.plans.services import make_phone


@admin.register(Phone)
class PhoneAdmin(PanelAdmin):
    """SIP accounts of the room. A password is drawn and shown once."""

    list_display = ("endpoint", "seat_shown", "label", "active")
    list_filter = ("active",)
    search_fields = ("endpoint", "label", "=seat")
    fields = (("endpoint", "seat"), "label", "active")
    actions_detail = ("new_password",)
    empty_hint = gettext_lazy("Add a phone, and enter its account and password into the telephone at the seat.")
    touches_plan = True

    @display(description=gettext_lazy("seat"), ordering="seat")
    def seat_shown(self, phone: Phone) -> str:
        """Where it stands."""
        return figure(f"{phone.seat:03d}" if phone.seat else None)

    def get_readonly_fields(self, request: HttpRequest, obj: Phone | None = None) -> tuple[str, ...]:
        """The account's name is the phone's; it stays."""
        return ("endpoint",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Phone, form: ModelForm, change: bool) -> None:
        """A new account gets a password that nobody chose."""
        if change:
            super().save_model(request, obj, form, change)
            return
        password = secrets.token_urlsafe(16)
        made = make_phone(obj.endpoint, password, seat=obj.seat, label=obj.label, active=obj.active)
        request.phone_password = password  # type: ignore[attr-defined]
        obj.pk, obj._state.adding = made.pk, False

    def response_add(self, request: HttpRequest, obj: Phone, post_url_continue: str | None = None) -> HttpResponse:
        """Show the password, once."""
        return self._show(request, obj, request.phone_password)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("New password"), url_path="new-password", permissions=["change"], icon="key")
    def new_password(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Replace the password, as when the telephone is replaced."""
        phone = self.found(request, object_id)

        def do() -> HttpResponse:
            password = secrets.token_urlsafe(16)
            make_phone(phone.endpoint, password, seat=phone.seat, label=phone.label, active=phone.active)
            return self._show(request, phone, password)

        return self.ask(
            request,
            phone,
            AskForm(posted(request)),
            do,
            title=_("New password for %(phone)s") % {"phone": phone},
            submit=_("Make a new password"),
            text=_("The phone can no longer register with the old one."),
        )

    def _show(self, request: HttpRequest, phone: Phone, password: str) -> HttpResponse:
        return self.secret(
            request,
            title=_("Password of %(phone)s") % {"phone": phone},
            text=_("It is shown once; only a digest is kept. Enter it into the telephone."),
            secrets=[(_("account"), phone.endpoint), (_("password"), password)],
            back=self.page_of(phone),
        )


@admin.register(Trunk)
class TrunkAdmin(PanelAdmin):
    """Lines to carriers."""

    list_display = ("name", "host", "priority", "capacity", "context", "active")
    list_filter = ("active",)
    search_fields = ("name", "host")
    fields = ("name", "host", ("priority", "capacity"), "context", "active")
    empty_hint = gettext_lazy("Add the carrier's line: calls are taken from its address alone.")
    touches_plan = True


@admin.register(Route)
class RouteAdmin(OfTenant):
    """Which flow answers which number."""

    list_display = ("number", "merchant_code", "flow", "tenant_named")
    list_filter = ("tenant",)
    list_select_related = ("number", "flow", "tenant")
    search_fields = ("number__e164", "merchant_code", "flow__code")
    autocomplete_fields = ("number", "flow")
    fields = ("tenant", ("number", "merchant_code"), "flow")
    empty_hint = gettext_lazy("Give a number a flow; callers then meet it.")
