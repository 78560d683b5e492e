"""Accounts of tenants: what is owed in all, how old it is, and statements. All of it is derived when asked."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.exports.statements import STATEMENT_KINDS, statement_file
from billing.receivables.balances import (
    Account,
    accounts,
    balance,
    invoices_with_balance,
    item_of,
    statement,
)
from billing.receivables.rules import OpenItem, ageing
from seatline import clock
from seatline.api.base import Resource, Right
from seatline.api.fields import Amount, Filters
from tenants.accounts.models import Tenant


class AccountShown(serializers.Serializer):
    """What money is kept apart by: amounts of two tenants, sellers or currencies are never added."""

    tenant_id = serializers.UUIDField()
    seller_id = serializers.UUIDField(source="entity_id")
    currency = serializers.CharField()


class BalanceShown(AccountShown):
    """What a tenant owes in all, payments that pay for nothing yet included."""

    balance = Amount()


class AgeingShown(AccountShown):
    """What is open by the days after the due date; overpaid invoices reduce their own bucket."""

    not_due = Amount()
    to_30 = Amount()
    to_60 = Amount()
    to_90 = Amount()
    over_90 = Amount()


class EntryShown(serializers.Serializer):
    """What changed a balance, and the balance after it."""

    on = serializers.DateField()
    kind = serializers.CharField(help_text="invoice, credit_note, payment, reversal, refund or write_off.")
    text = serializers.CharField()
    amount = Amount()
    balance = Amount()


class StatementShown(serializers.Serializer):
    """An account between two days."""

    account = AccountShown()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The day after the last one.")
    opening = Amount()
    entries = EntryShown(many=True)
    closing = Amount()


class AccountFilters(Filters):
    """Which accounts."""

    tenant = serializers.SlugField(required=False, help_text="Code; for the operator.")
    seller_id = serializers.UUIDField(required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)


class AgeingFilters(AccountFilters):
    """Which accounts, and as seen from which day."""

    on = serializers.DateField()


class StatementFilters(AccountFilters):
    """Which accounts, and which days."""

    from_day = serializers.DateField()
    to_day = serializers.DateField(help_text="The day after the last one.")


class StatementFileFilters(StatementFilters):
    """Which account, which days, and as what."""

    file = serializers.ChoiceField(list(STATEMENT_KINDS))


class Accounts(Resource):
    """Accounts between tenants and sellers, by currency."""

    rights = {
        "list": Right.BILLING_READ, "ageing": Right.BILLING_READ, "statements": Right.BILLING_READ,
        "statement_files": Right.BILLING_READ,
    }  # fmt: skip
    serializer_class = BalanceShown
    pagination_class = None  # type: ignore[assignment]
    filters = AccountFilters
    queries = {
        "ageing": AgeingFilters, "statements": StatementFilters, "statement_files": StatementFileFilters,
    }  # fmt: skip

    @extend_schema(responses=BalanceShown(many=True))
    def list(self, request: Request) -> Response:
        """What is owed now."""
        rows = [{**_named(one), "balance": balance(one)} for one in _asked_for(self.asked().validated_data)]
        return Response(BalanceShown(rows, many=True).data)

    @extend_schema(responses=AgeingShown(many=True))
    @action(detail=False, methods=["get"])
    def ageing(self, request: Request) -> Response:
        """What is open now, by its age on a day."""
        asked, items = self.asked().validated_data, _open_by_account()
        rows = [{**_named(one), **ageing(items[one], asked["on"])} for one in _asked_for(asked) if one in items]
        return Response(AgeingShown(rows, many=True).data)

    @extend_schema(responses=StatementShown(many=True))
    @action(detail=False, methods=["get"])
    def statements(self, request: Request) -> Response:
        """Statements of account: by day of issue and value date, documents before payments."""
        asked = self.asked().validated_data
        rows = [statement(one, asked["from_day"], asked["to_day"]) for one in _asked_for(asked)]
        return Response(StatementShown(rows, many=True).data)

    @extend_schema(responses={(200, kind): OpenApiTypes.BINARY for kind in ("application/pdf", "text/csv")})
    @action(detail=False, methods=["get"], url_path="statement-files")
    def statement_files(self, request: Request) -> HttpResponse:
        """The statement of one account as a file; 404 unless the query fits exactly one."""
        asked = self.asked().validated_data
        fitting = _asked_for(asked)
        if len(fitting) != 1:
            raise Http404
        told = statement(fitting[0], asked["from_day"], asked["to_day"])
        file = statement_file(told, asked["file"], clock.now())
        if file is None:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return HttpResponse(file.content, content_type=file.content_type, headers=headers)


def _asked_for(asked: Mapping[str, Any]) -> list[Account]:
    """The accounts that fit the query; a tenant that the scope does not show has none."""
    tenant_id: UUID | None = None
    if "tenant" in asked:
        tenant_id = Tenant.objects.filter(code=asked["tenant"]).values_list("pk", flat=True).first()
        if tenant_id is None:
            return []
    return [
        one for one in accounts(tenant_id)
        if asked.get("seller_id") in (None, one.entity_id) and asked.get("currency") in (None, one.currency)
    ]  # fmt: skip


def _named(account: Account) -> dict[str, Any]:
    return {"tenant_id": account.tenant_id, "entity_id": account.entity_id, "currency": account.currency}


def _open_by_account() -> dict[Account, list[OpenItem]]:
    """All open items in the scope, read once for all accounts."""
    found: dict[Account, list[OpenItem]] = defaultdict(list)
    rows: Any = invoices_with_balance()
    for row in rows.exclude(open=0):
        found[Account(row.tenant_id, row.entity_id, row.currency)].append(item_of(row))
    return found
