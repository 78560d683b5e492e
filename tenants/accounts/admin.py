"""Tenants, users and who belongs where, for the operator's staff."""

import secrets
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.forms import CharField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminColorInputWidget

from seatline.panel.base import PanelAdmin, PanelTabular, WindowAdmin
from seatline.panel.forms import AskForm, TypedNameForm, posted
from seatline.panel.show import chip, tag, when
from tenants.accounts.models import Membership, Tenant, User

admin.site.unregister(Group)

#: The groups of `staff.py` in words; the rows of `auth_group` hold the plain names.
GROUP_NAMES = (
    gettext_lazy("operations"),
    gettext_lazy("supervision"),
    gettext_lazy("technicians"),
    gettext_lazy("security"),
    gettext_lazy("finance"),
)


class TenantForm(ModelForm):
    """A tenant, with a picker for its colour."""

    colour = CharField(
        label=gettext_lazy("Colour"),
        widget=UnfoldAdminColorInputWidget(),
        initial="#2563eb",
        help_text=Tenant._meta.get_field("colour").help_text,
    )


@admin.register(Tenant)
class TenantAdmin(PanelAdmin):
    """Client enterprises."""

    form = TenantForm
    list_display = ("named", "code", "shown_status", "language", "time_zone", "created")
    list_filter = ("status", "language")
    search_fields = ("code", "name", "name_zh")
    fields = (("code", "colour"), ("name", "name_zh"), ("time_zone", "language"), "status")
    empty_hint = gettext_lazy("Add the first tenant; then assign it a number and grant it seats.")
    actions_detail = ("suspend", "resume")
    touches_plan = True

    @display(description=gettext_lazy("tenant"), ordering="name")
    def named(self, tenant: Tenant) -> str:
        """The name behind the tenant's colour."""
        return chip(tenant.display_name, tenant.colour)

    @display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, tenant: Tenant) -> str:
        """Whether calls are answered."""
        return tag(tenant.get_status_display(), "good" if tenant.status == Tenant.Status.ACTIVE else "bad")

    @display(description=gettext_lazy("created at"), ordering="created_at")
    def created(self, tenant: Tenant) -> str:
        """When the tenant was set up."""
        return when(tenant.created_at, tenant.time_zone)

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> tuple[str, ...]:
        """The code stands in file names and reports, so it stays; the status changes by its own pages."""
        return ("code", "status") if obj else ("status",)

    def offers(self, row: Tenant, name: str) -> bool:
        """Suspend what is active, resume what is suspended."""
        return (name == "suspend") == (row.status == Tenant.Status.ACTIVE)

    @action(
        description=gettext_lazy("Suspend"),
        url_path="suspend",
        permissions=["change"],
        icon="block",
        variant=ActionVariant.DANGER,
    )
    def suspend(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Stop answering the tenant's calls."""
        tenant = self.found(request, object_id)
        return self._set_status(
            request,
            tenant,
            Tenant.Status.SUSPENDED,
            title=_("Suspend %(tenant)s") % {"tenant": tenant},
            text=_("Callers hear that the number is not in service. Calls that run now go on. Leases and bills go on."),
            danger=True,
        )

    @action(description=gettext_lazy("Resume"), url_path="resume", permissions=["change"], icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Answer the tenant's calls again."""
        tenant = self.found(request, object_id)
        return self._set_status(
            request,
            tenant,
            Tenant.Status.ACTIVE,
            title=_("Resume %(tenant)s") % {"tenant": tenant},
            text=_("The tenant's calls are answered again."),
            danger=False,
        )

    def _set_status(
        self, request: HttpRequest, tenant: Tenant, status: str, *, title: str, text: str, danger: bool
    ) -> HttpResponseBase:
        form = TypedNameForm(posted(request), name=tenant.code) if danger else AskForm(posted(request))

        def do() -> str:
            tenant.status = status
            tenant.save(update_fields=["status"])
            return _("%(tenant)s is now %(status)s.") % {"tenant": tenant, "status": tenant.get_status_display()}

        return self.ask(request, tenant, form, do, title=title, text=text, submit=title, danger=danger)


class MembershipInline(PanelTabular):
    """The tenants that a person works for."""

    model = Membership
    fields = ("tenant", "role")
    verbose_name = gettext_lazy("membership")
    verbose_name_plural = gettext_lazy("memberships: for people of tenants; leave it empty for the operator's staff")


@admin.register(User)
class UserAdmin(PanelAdmin):
    """People with a password. Rights come by group; a password is generated and shown once."""

    list_display = ("username", "full_name", "groups_named", "tenants_named", "is_staff", "is_active", "seen")
    list_filter = ("is_staff", "is_active", "groups", "memberships__tenant")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ("groups",)
    fields = (
        ("username", "email"),
        ("last_name", "first_name"),
        "language",
        ("is_active", "is_staff"),
        "groups",
    )
    inlines = (MembershipInline,)
    actions_detail = ("new_password",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With groups and memberships, for the list's columns."""
        return super().get_queryset(request).prefetch_related("groups", "memberships__tenant")

    @display(description=gettext_lazy("name"))
    def full_name(self, user: User) -> str:
        """As a person is called."""
        return user.get_full_name() or "–"

    @display(description=gettext_lazy("groups"))
    def groups_named(self, user: User) -> str:
        """The doors that are open to the person."""
        return ", ".join(_(group.name) for group in user.groups.all()) or "–"

    @display(description=gettext_lazy("tenants"))
    def tenants_named(self, user: User) -> str:
        """For whom the person works."""
        return ", ".join(str(one.tenant) for one in user.memberships.all()) or "–"

    @display(description=gettext_lazy("last login"), ordering="last_login")
    def seen(self, user: User) -> str:
        """When the person last came in."""
        return when(user.last_login)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody gives rights to oneself, or switches oneself off."""
        return ("groups", "is_staff", "is_active") if obj is not None and obj.pk == request.user.pk else ()

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """A new person gets a password that nobody chose."""
        if not change:
            request.one_time_password = _generated()  # type: ignore[attr-defined]
            obj.set_password(request.one_time_password)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: User, post_url_continue: str | None = None) -> HttpResponse:
        """Show the password, once."""
        return self._show(request, obj, request.one_time_password)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("New password"), url_path="new-password", permissions=["change"], icon="key")
    def new_password(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Replace a forgotten password; whoever is logged in with the old one is out."""
        user = self.found(request, object_id)
        form = AskForm(posted(request))

        def do() -> HttpResponse:
            password = _generated()
            user.set_password(password)
            user.save(update_fields=["password"])
            return self._show(request, user, password)

        return self.ask(
            request,
            user,
            form,
            do,
            title=_("New password for %(user)s") % {"user": user},
            text=_("The old password ends at once, and with it every open session of this person."),
            submit=_("Make a new password"),
        )

    def _show(self, request: HttpRequest, user: User, password: str) -> HttpResponse:
        return self.secret(
            request,
            title=_("Password of %(user)s") % {"user": user},
            text=_("It is shown once and kept nowhere. The person changes it after the first login."),
            secrets=[(_("user name"), user.username), (_("password"), password)],
            back=self.page_of(user),
        )


def _generated() -> str:
    return secrets.token_urlsafe(12)


@admin.register(Membership)
class MembershipAdmin(PanelAdmin):
    """Who works for which tenant, in one list."""

    list_display = ("user", "tenant", "role")
    list_filter = ("tenant", "role")
    list_select_related = ("user", "tenant")
    search_fields = ("user__username",)
    autocomplete_fields = ("user",)
    empty_hint = gettext_lazy("People of tenants appear here once a user gets a role with a tenant.")


@admin.register(Group)
class GroupAdmin(WindowAdmin):
    """Which part of the house each group opens. The table in `tenants/accounts/staff.py` is the truth."""

    list_display = ("named", "members")
    fields = ("named", "rights")
    readonly_fields = ("named", "rights")

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the people in them."""
        return super().get_queryset(request).prefetch_related("user_set")

    @display(description=gettext_lazy("name"), ordering="name")
    def named(self, group: Group) -> str:
        """The name in the language of the screen."""
        return _(group.name)

    @display(description=gettext_lazy("members"))
    def members(self, group: Group) -> str:
        """Who is in it."""
        return ", ".join(user.username for user in group.user_set.all()) or "–"

    @display(description=gettext_lazy("rights"))
    def rights(self, group: Group) -> str:
        """What its people may do."""
        verbs = {"view": _("view"), "add": _("add"), "change": _("change"), "delete": _("delete")}
        found: dict[str, list[str]] = {}
        for permission in group.permissions.select_related("content_type"):
            model = permission.content_type.model_class()
            if model is not None:
                name = str(model._meta.verbose_name_plural)
                found.setdefault(name, []).append(verbs[permission.codename.split("_")[0]])
        return "; ".join(f"{name}: {', '.join(words)}" for name, words in sorted(found.items()))
