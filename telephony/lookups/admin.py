"""Orders on their way, the systems and tables of clients. A secret goes in and is shown on no page."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from seatline.panel.base import WindowAdmin
from seatline.panel.forms import posted
from seatline.panel.said import said
from seatline.panel.show import chip, when
from seatline.uploads import too_large
from seatline.vault import seal, unseal
from telephony.lookups.admin_forms import ImportForm, RowForm, SystemForm, TestForm
from telephony.lookups.models import Order, System, TableRow
from telephony.lookups.services import set_row, set_system
from telephony.lookups.tables import Fate, import_table, look_at
from telephony.lookups.trying import try_system
from telephony.plans.admin_of_tenants import OfTenant
from tenants.accounts.models import Tenant


@admin.register(Order)
class OrderAdmin(WindowAdmin):
    """What callers ordered by keys, and how far it has come."""

    list_display = ("confirmed", "tenant_named", "system", "state", "tries", "last_error")
    list_filter = ("tenant", "state")
    list_select_related = ("tenant",)
    search_fields = ("key", "system")
    fields = ("confirmed", "tenant", "key", "system", "path", "content", "state", "tries", "delivered_at", "last_error")
    empty_hint = gettext_lazy("Callers order by keys where a flow has an order node.")

    @display(description=gettext_lazy("confirmed at"), ordering="confirmed_at")
    def confirmed(self, row: Order) -> str:
        """In the tenant's time zone."""
        return when(row.confirmed_at, row.tenant.time_zone)

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Order) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)


@admin.register(System)
class SystemAdmin(OfTenant):
    """Systems that flows may ask."""

    form = SystemForm
    list_display = ("code", "tenant_named", "base_url", "header", "has_secret", "inside", "active")
    list_filter = ("tenant", "active")
    search_fields = ("code", "base_url")
    fields = (("tenant", "code"), "base_url", ("header", "has_secret"), "secret", "forget_secret", ("inside", "active"))
    actions_detail = ("test",)
    empty_hint = gettext_lazy("Add a client's system, and flows can look up, check PINs and place orders there.")

    @display(description=gettext_lazy("has a secret"), boolean=True)
    def has_secret(self, row: System) -> bool:
        """Whether there is one; never which."""
        return bool(row.sealed_secret)

    def get_readonly_fields(self, request: HttpRequest, obj: System | None = None) -> tuple[str, ...]:
        """Flows name the code, so it stays."""
        return ("tenant", "code", "has_secret") if obj else ("has_secret",)

    def save_model(self, request: HttpRequest, obj: System, form: ModelForm, change: bool) -> None:
        """With the secret that was entered, sealed."""
        made = set_system(
            obj.tenant, obj.code, obj.base_url, header=obj.header, secret=form.new_secret(), inside=obj.inside,
            active=obj.active,
        )  # fmt: skip
        obj.pk, obj._state.adding = made.pk, False

    @action(
        description=gettext_lazy("Test the look-up"),
        url_path="test",
        permissions=["change"],
        icon="network_check",
        variant=ActionVariant.PRIMARY,
    )
    def test(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Ask the system as a call would, and show what it answers."""
        system = self.found(request, object_id)
        form = TestForm(posted(request), initial={"path": request.GET.get("path", "/")})

        def do() -> HttpResponseBase:
            asked = form.cleaned_data
            answer = try_system(system, asked["path"], asked["send"] or None, asked["deadline"])
            again = {"path": asked["path"]}
            context = {
                **self.admin_site.each_context(request),
                "title": _("Answer of %(system)s") % {"system": system.code}, "opts": self.opts, "original": system,
                "answer": answer, "refusal": said(answer.error) if answer.error else "", "asked": asked,
                "back": self.page_of(system), "again": f"{request.path}?{urlencode(again)}",
            }  # fmt: skip
            return TemplateResponse(request, "lookups/answer.html", context)

        return self.ask(
            request,
            system,
            form,
            do,
            title=_("Test %(system)s") % {"system": system.code},
            submit=_("Ask"),
            text=_("The system is asked as by a call: at its address, with its secret, within the time given."),
        )


@admin.register(TableRow)
class TableRowAdmin(OfTenant):
    """Rows of clients' own tables."""

    form = RowForm
    list_display = ("key", "table", "tenant_named", "shown", "has_pin")
    list_filter = ("tenant", "table")
    search_fields = ("key", "table")
    fields = (("tenant", "table"), "key", "values", "pin", "has_pin")
    actions_list = ("bring_in",)
    touches_plan = False
    empty_hint = gettext_lazy("Add rows, or bring in a CSV file: flows of clients without a system look up here.")

    @display(description=gettext_lazy("values"))
    def shown(self, row: TableRow) -> str:
        """Their beginning."""
        text = ", ".join(f"{name}: {value}" for name, value in row.values.items())
        return text if len(text) <= 80 else text[:79] + "…"

    @display(description=gettext_lazy("has a PIN"), boolean=True)
    def has_pin(self, row: TableRow) -> bool:
        """Whether there is one."""
        return bool(row.pin_hash)

    def get_readonly_fields(self, request: HttpRequest, obj: TableRow | None = None) -> tuple[str, ...]:
        """A row is named by tenant, table and key."""
        return ("tenant", "table", "key", "has_pin") if obj else ("has_pin",)

    def save_model(self, request: HttpRequest, obj: TableRow, form: ModelForm, change: bool) -> None:
        """With the PIN that was entered, hashed."""
        made = set_row(obj.tenant, obj.table, obj.key, obj.values, pin=form.cleaned_data["pin"])
        obj.pk, obj._state.adding = made.pk, False

    @action(
        description=gettext_lazy("Bring in a file"),
        url_path="bring-in",
        permissions=["telephony.add_tablerow"],
        icon="upload_file",
    )
    def bring_in(self, request: HttpRequest) -> HttpResponseBase:
        """A file is looked at first; its content waits on the page, sealed, for the word to write it."""
        place = f"import/{request.user.pk}"
        if request.method == "POST" and "sealed" in request.POST:
            tenant = get_object_or_404(Tenant, code=request.POST.get("tenant", ""))
            table, content = request.POST.get("table", ""), unseal(request.POST["sealed"], place).encode("latin-1")
            with transaction.atomic():
                planned = import_table(tenant, table, content)
            return self._report(request, tenant, table, planned, done=True)
        form = ImportForm(posted(request), request.FILES or None)
        if (refusal := too_large(request)) is not None:
            form.add_error("file", said(refusal))

        def do() -> HttpResponseBase:
            tenant, table, content = form.cleaned_data["tenant"], form.cleaned_data["table"], form.content()
            planned = look_at(tenant, table, content)
            return self._report(request, tenant, table, planned, sealed=seal(content.decode("latin-1"), place))

        return self.ask(
            request,
            None,
            form,
            do,
            title=_("Bring in a table"),
            submit=_("Look at it first"),
            text=_("Nothing is written yet: the next page shows row by row what would be."),
        )

    def _report(
        self, request: HttpRequest, tenant: Tenant, table: str, planned: Any, *, sealed: str = "", done: bool = False
    ) -> HttpResponseBase:
        counts = [(_fate(fate), sum(one.fate is fate for one in planned)) for fate in Fate]
        rows = [
            {
                "line": one.row.line, "key": one.row.key, "fate": _fate(one.fate), "tone": _TONES[one.fate],
                "values": ", ".join(f"{name}: {value}" for name, value in one.row.values.items()),
                "pin": bool(one.row.pin), "fault": _(one.row.fault) % (one.row.said or {}) if one.row.fault else "",
            }
            for one in planned
        ]  # fmt: skip
        writes = any(one.fate in (Fate.NEW, Fate.CHANGED) for one in planned)
        faulty = any(one.fate is Fate.FAULTY for one in planned)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Table %(table)s of %(tenant)s") % {"table": table, "tenant": tenant}, "opts": self.opts,
            "counts": counts, "rows": rows, "done": done, "sealed": sealed if writes and not faulty else "",
            "tenant": tenant, "table": table, "back": reverse("admin:telephony_tablerow_changelist"), "faulty": faulty,
            "again": reverse("admin:telephony_tablerow_bring_in"),
        }  # fmt: skip
        return TemplateResponse(request, "lookups/report.html", context)


_TONES = {Fate.NEW: "good", Fate.CHANGED: "warn", Fate.SAME: "plain", Fate.FAULTY: "bad"}


def _fate(fate: Fate) -> str:
    return {Fate.NEW: _("new"), Fate.CHANGED: _("changed"), Fate.SAME: _("as it is"), Fate.FAULTY: _("faulty")}[fate]
