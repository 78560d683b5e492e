"""Numbers, who holds them, and the directory of the shared short code."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget

from seatline import clock
from seatline.panel.base import PanelAdmin, WindowTabular
from seatline.panel.forms import AskForm, MomentField, TypedNameForm, posted
from seatline.panel.show import chip, when
from tenants.accounts.models import Tenant
from tenants.numbers.models import DirectoryListing, Number, NumberAssignment
from tenants.numbers.services import assign_number, list_in_directory, release_number, take_from_directory
from tenants.periods import in_force


class AssignForm(AskForm):
    """Who gets the number, and for how long."""

    tenant = forms.ModelChoiceField(Tenant.objects.none(), label=gettext_lazy("tenant"), widget=UnfoldAdminSelectWidget)
    starts_at = MomentField(label=gettext_lazy("from"))
    ends_at = MomentField(label=gettext_lazy("until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.all()


class EndForm(TypedNameForm):
    """When it ends; the name is typed."""

    ends_at = MomentField(label=gettext_lazy("ends at"))
    field_order = ["ends_at", "typed"]


class HistoryInline(WindowTabular):
    """Holders of a number, the newest first."""

    model = NumberAssignment
    fields = ("tenant", "from_", "until")
    readonly_fields = fields
    ordering = ("-starts_at",)
    verbose_name_plural = gettext_lazy("assignments")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With tenants."""
        return super().get_queryset(request).select_related("tenant")

    @display(description=gettext_lazy("from"))
    def from_(self, row: NumberAssignment) -> str:
        """In the tenant's time zone."""
        return when(row.starts_at, row.tenant.time_zone)

    @display(description=gettext_lazy("until"))
    def until(self, row: NumberAssignment) -> str:
        """In the tenant's time zone."""
        return when(row.ends_at, row.tenant.time_zone)


class ListingInline(HistoryInline):
    """Merchants of a short code."""

    model = DirectoryListing
    fields = ("code", "tenant", "name", "name_zh", "from_", "until")
    readonly_fields = fields
    ordering = ("code", "-starts_at")
    verbose_name_plural = gettext_lazy("directory")


@admin.register(Number)
class NumberAdmin(PanelAdmin):
    """The operator's inventory."""

    list_display = ("e164", "kind", "holder", "note")
    list_filter = ("kind",)
    search_fields = ("e164", "note")
    fields = ("e164", "kind", "note")
    inlines = (HistoryInline, ListingInline)
    actions_detail = ("assign", "release", "list_merchant")
    empty_hint = gettext_lazy("Take in the numbers that the carrier has given you; then assign them to tenants.")
    touches_plan = True

    def get_queryset(self, request: HttpRequest) -> Any:
        """With those who hold the number now."""
        current = NumberAssignment.objects.filter(in_force(clock.now())).select_related("tenant")
        listed = DirectoryListing.objects.filter(in_force(clock.now())).select_related("tenant")
        from django.db.models import Prefetch  # noqa: PLC0415

        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("assignments", current, to_attr="current"), Prefetch("listings", listed, to_attr="listed")
            )
        )

    @display(description=gettext_lazy("held by"))
    def holder(self, number: Number) -> str:
        """Who is called on it now."""
        if number.kind == Number.Kind.SHORT:
            return ", ".join(f"{one.code} {one.tenant}" for one in number.listed) or _("no merchant")  # type: ignore[attr-defined]
        one = next(iter(number.current), None)  # type: ignore[attr-defined]
        return chip(one.tenant, one.tenant.colour) if one else _("free")

    def offers(self, row: Number, name: str) -> bool:
        """A short code has a directory; the others are assigned, and released while somebody holds them."""
        shared = row.kind == Number.Kind.SHORT
        if name == "list_merchant":
            return shared
        return not shared and (name == "assign" or bool(row.current))  # type: ignore[attr-defined]

    def get_readonly_fields(self, request: HttpRequest, obj: Number | None = None) -> tuple[str, ...]:
        """A number is what it is; its note may change."""
        return ("e164", "kind") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Number | None) -> list[Any]:
        """A short code has a directory, the others holders."""
        if obj is None:
            return []
        return [ListingInline] if obj.kind == Number.Kind.SHORT else [HistoryInline]

    @action(
        description=gettext_lazy("Assign to a tenant"),
        url_path="assign",
        permissions=["tenants.add_numberassignment"],
        icon="person_add",
    )
    def assign(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give the number to a tenant for a time."""
        number = self.found(request, object_id)
        form = AssignForm(posted(request), initial={"starts_at": clock.now()})

        def do() -> str:
            got = form.cleaned_data
            assign_number(number.e164, got["tenant"], got["starts_at"], got["ends_at"])
            return _("%(number)s is assigned to %(tenant)s.") % {"number": number, "tenant": got["tenant"]}

        return self.ask(
            request,
            number,
            form,
            do,
            title=_("Assign %(number)s") % {"number": number},
            submit=_("Assign"),
            text=_("From the first instant on, calls to this number are the tenant's, and so is its rent."),
        )

    @action(
        description=gettext_lazy("Release"),
        url_path="release",
        permissions=["tenants.change_numberassignment"],
        icon="undo",
        variant=ActionVariant.DANGER,
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Take the number back from its tenant."""
        number = self.found(request, object_id)
        form = EndForm(posted(request), name=number.e164, initial={"ends_at": clock.now()})

        def do() -> str:
            release_number(number.e164, form.cleaned_data["ends_at"])
            return _("%(number)s is free from then on.") % {"number": number}

        return self.ask(
            request,
            number,
            form,
            do,
            title=_("Release %(number)s") % {"number": number},
            submit=_("Release"),
            danger=True,
            text=_("From that instant on callers hear that the number is not in service. The history stays."),
        )

    @action(
        description=gettext_lazy("List a merchant"),
        url_path="list",
        permissions=["tenants.add_directorylisting"],
        icon="menu_book",
    )
    def list_merchant(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Put a tenant into the directory of a short code."""
        number = self.found(request, object_id)
        form = ListForm(posted(request), initial={"starts_at": clock.now()})

        def do() -> str:
            got = form.cleaned_data
            list_in_directory(
                number.e164,
                got["tenant"],
                got["code"],
                got["starts_at"],
                got["ends_at"],
                name=got["name"],
                name_zh=got["name_zh"],
            )
            return _("Callers of %(number)s reach %(tenant)s with %(code)s.") % {
                "number": number,
                "tenant": got["tenant"],
                "code": got["code"],
            }

        return self.ask(
            request,
            number,
            form,
            do,
            title=_("List a merchant on %(number)s") % {"number": number},
            submit=_("List"),
            text=_("The caller keys the code; agents and prompts use the names."),
        )


class ListForm(AssignForm):
    """A merchant's code and names."""

    code = forms.CharField(
        label=gettext_lazy("merchant code"),
        min_length=2,
        max_length=6,
        validators=DirectoryListing._meta.get_field("code").validators,
        help_text=DirectoryListing._meta.get_field("code").help_text,
    )
    name = forms.CharField(
        label=gettext_lazy("name"), required=False, help_text=gettext_lazy("Empty: the tenant's own name.")
    )
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), required=False)
    field_order = ["tenant", "code", "name", "name_zh", "starts_at", "ends_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from unfold.widgets import UnfoldAdminTextInputWidget  # noqa: PLC0415

        for name in ("code", "name", "name_zh"):
            self.fields[name].widget = UnfoldAdminTextInputWidget()


class _Held(PanelAdmin):
    """What assignments and listings have in common: made and ended through services, never changed."""

    list_select_related = ("number", "tenant")
    touches_plan = True

    @display(description=gettext_lazy("tenant"), ordering="tenant__name")
    def tenant_named(self, row: Any) -> str:
        """The tenant behind its colour."""
        return chip(row.tenant, row.tenant.colour)

    @display(description=gettext_lazy("from"), ordering="starts_at")
    def from_(self, row: Any) -> str:
        """In the tenant's time zone."""
        return when(row.starts_at, row.tenant.time_zone)

    @display(description=gettext_lazy("until"), ordering="ends_at")
    def until(self, row: Any) -> str:
        """In the tenant's time zone."""
        return when(row.ends_at, row.tenant.time_zone)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History is not rewritten; `End` sets the end."""
        return False


@admin.register(NumberAssignment)
class AssignmentAdmin(_Held):
    """Who holds which number when."""

    list_display = ("number", "tenant_named", "from_", "until")
    list_filter = ("tenant",)
    search_fields = ("number__e164",)
    autocomplete_fields = ("number",)
    fields = ("number", "tenant", "starts_at", "ends_at")
    empty_hint = gettext_lazy("Open a number and assign it to a tenant.")

    def save_model(self, request: HttpRequest, obj: NumberAssignment, form: ModelForm, change: bool) -> None:
        """Assign through the service."""
        made = assign_number(obj.number.e164, obj.tenant, obj.starts_at, obj.ends_at)
        obj.pk, obj._state.adding = made.pk, False


@admin.register(DirectoryListing)
class ListingAdmin(_Held):
    """Merchants of the shared short code."""

    list_display = ("code", "name", "name_zh", "tenant_named", "number", "from_", "until")
    list_filter = ("tenant", "number")
    search_fields = ("code", "name", "name_zh", "number__e164")
    autocomplete_fields = ("number",)
    fields = ("number", "tenant", "code", ("name", "name_zh"), "starts_at", "ends_at")
    actions_detail = ("end_listing",)
    empty_hint = gettext_lazy("Open the short code and list a merchant on it.")

    def save_model(self, request: HttpRequest, obj: DirectoryListing, form: ModelForm, change: bool) -> None:
        """List through the service."""
        made = list_in_directory(
            obj.number.e164, obj.tenant, obj.code, obj.starts_at, obj.ends_at, name=obj.name, name_zh=obj.name_zh
        )
        obj.pk, obj._state.adding = made.pk, False

    def offers(self, row: DirectoryListing, name: str) -> bool:
        """What is over has no end to set."""
        return row.ends_at is None or row.ends_at > clock.now()

    @action(
        description=gettext_lazy("End listing"),
        url_path="end",
        permissions=["tenants.change_directorylisting"],
        icon="undo",
        variant=ActionVariant.DANGER,
    )
    def end_listing(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Free the code."""
        listing = self.found(request, object_id)
        form = EndForm(posted(request), name=listing.code, initial={"ends_at": clock.now()})

        def do() -> str:
            take_from_directory(listing.number.e164, listing.code, form.cleaned_data["ends_at"])
            return _("The code %(code)s is free from then on.") % {"code": listing.code}

        return self.ask(
            request,
            listing,
            form,
            do,
            title=_("End the listing %(listing)s") % {"listing": listing},
            submit=_("End listing"),
            danger=True,
        )
