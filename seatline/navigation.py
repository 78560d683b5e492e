"""The admin's sidebar: one group per floor of the house, and in it only what the person's group opens."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links with icons, for unfold."""
    return [
        _group(
            _("Overview"),
            _item(_("Dashboard"), "space_dashboard", "index"),
            _item(_("Live calls"), "phone_in_talk", "live", "telephony.view_call"),
            _item(_("Wallboard"), "tv", "board", "agents.view_agentsession"),
            _item(_("Reports"), "monitoring", "reports", "telephony.view_call"),
            _item(_("Staffing"), "groups_2", "staffing", "telephony.view_call"),
        ),
        _group(
            _("Tenants"),
            _list(_("Tenants"), "domain", "tenants.tenant"),
            _list(_("Seat leases"), "event_seat", "tenants.seatlease"),
            _list(_("Seats"), "chair", "tenants.seat"),
            _list(_("Numbers"), "dialpad", "tenants.number"),
            _list(_("Assignments"), "swap_horiz", "tenants.numberassignment"),
            _list(_("Directory"), "menu_book", "tenants.directorylisting"),
            _list(_("Farewells"), "door_open", "tenants.farewell"),
        ),
        _group(
            _("Agents"),
            _list(_("Agents"), "support_agent", "agents.agent"),
            _list(_("Skills"), "school", "agents.skill"),
            _list(_("Sessions"), "login", "agents.agentsession"),
            _list(_("Time by state"), "timelapse", "agents.presenceinterval"),
            _list(_("Pause reasons"), "coffee", "agents.pausereason"),
        ),
        _group(
            _("Calls"),
            _list(_("Calls"), "call", "telephony.call"),
            _list(_("Recordings"), "graphic_eq", "telephony.recording"),
            _list(_("Retention"), "auto_delete", "telephony.retentionrule"),
            _list(_("Legal holds"), "gavel", "telephony.legalhold"),
            _list(_("Destroyed sound"), "delete_forever", "telephony.destroyed"),
            _list(_("Supervisors"), "supervisor_account", "telephony.supervisor"),
            _list(_("Supervisors in talks"), "hearing", "telephony.listening"),
            _list(_("Callbacks"), "phone_callback", "telephony.callback"),
            _list(_("Voicemail"), "voicemail", "telephony.voicemail"),
            _list(_("Orders"), "shopping_cart", "telephony.order"),
            _list(_("Systems"), "dns", "telephony.system"),
            _list(_("Tables"), "table", "telephony.tablerow"),
            _list(_("Ledger"), "history_edu", "telephony.ledgerentry"),
            _list(_("Queues"), "groups", "telephony.queue"),
            _list(_("Flows"), "account_tree", "telephony.flow"),
            _list(_("Routes"), "alt_route", "telephony.route"),
            _list(_("Prompts"), "record_voice_over", "telephony.prompt"),
            _list(_("Phones"), "deskphone", "telephony.phone"),
            _list(_("Trunks"), "settings_input_component", "telephony.trunk"),
            _list(_("Calls to outside"), "phone_forwarded", "telephony.outsiderule"),
            _list(_("Not to be called"), "phone_disabled", "telephony.donotcall"),
            _list(_("Dispositions"), "fact_check", "telephony.disposition"),
            _list(_("Addresses for calls"), "open_in_new", "telephony.popaddress"),
        ),
        _group(
            _("Billing"),
            _item(_("Period board"), "dashboard", "admin:billing_run_board", "billing.view_billingrun"),
            _list(_("Invoices"), "receipt_long", "billing.document"),
            _list(_("Billing runs"), "conveyor_belt", "billing.billingrun"),
            _list(_("Payments"), "payments", "billing.payment"),
            _item(_("Ageing"), "hourglass", "admin:billing_ageing", "billing.view_payment"),
            _list(_("Reminders"), "notifications", "billing.reminder"),
            _list(_("Mails"), "mail", "billing.mail"),
            _list(_("Disputes"), "gavel", "billing.dispute"),
            _list(_("Exports"), "download", "billing.exportjob"),
            _list(_("Fapiao"), "receipt", "billing.fapiao"),
            _list(_("Contracts"), "contract", "billing.contract"),
            _list(_("Prices"), "sell", "billing.contractversion"),
            _list(_("Usage"), "data_usage", "billing.usagerecord"),
            _item(_("Reconciliation"), "balance", "reconciliation", "billing.view_usagerecord"),
            _list(_("Buyers"), "business_center", "billing.tenantbilling"),
            _list(_("Sellers"), "account_balance", "billing.billingentity"),
            _list(_("Tax rates"), "percent", "billing.taxrule"),
            _list(_("Dunning steps"), "stairs", "billing.dunningstep"),
            _list(_("Ledger accounts"), "menu_book", "billing.ledgeraccount"),
        ),
        _group(
            _("House"),
            _list(_("Users"), "person", "tenants.user"),
            _list(_("Memberships"), "badge", "tenants.membership"),
            _list(_("Groups"), "shield_person", "auth.group"),
            _list(_("API keys"), "vpn_key", "tenants.apikey"),
            _list(_("What was done"), "history", "admin.logentry"),
            _list(_("Operation log"), "verified_user", "tenants.operation"),
        ),
    ]


def _group(title: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(items)}


def _item(title: str, icon: str, name: str, permission: str | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse(f"admin:{name}" if name == "index" else name)}
    if permission:
        item["permission"] = _may(permission)
    return item


def _list(title: str, icon: str, model: str) -> dict[str, Any]:
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
    }


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)
