"""Contracts with their prices by date. One person of finance writes a version, another approves it at a browser."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing.contracts.ending import end_contract, what_ends
from billing.contracts.models import BillingEntity, Contract, ContractVersion, PriceComponent
from billing.contracts.parties import currency_code
from billing.contracts.preview import preview
from billing.contracts.services import Price, approve_version, must_be_finance, write_version
from billing.rating.kinds import KINDS
from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Amount, Body, Empty, Filters, Instant, in_our_years
from tenants.accounts.models import Tenant


def seller_of(code: str) -> BillingEntity:
    """The seller with this code. Raises Http404."""
    seller = BillingEntity.objects.filter(code=code).first()
    if seller is None:
        raise Http404
    return seller


class PriceShown(serializers.ModelSerializer):
    """One priced item of a version; see docs/pricing.md for its parameters."""

    kind = serializers.CharField()
    params = serializers.DictField()

    class Meta:
        model = PriceComponent
        fields = ("id", "code", "kind", "params", "invoice_text", "invoice_text_zh", "tax_code", "position")


class ContractVersionShown(serializers.ModelSerializer):
    """The prices of a contract from a day on; only approved versions price anything."""

    prices = PriceShown(many=True, source="components")

    class Meta:
        model = ContractVersion
        fields = (
            "id", "contract_id", "starts_on", "note", "written_by_id", "written_at", "approved_by_id", "approved_at",
            "prices",
        )  # fmt: skip


class ContractShown(serializers.ModelSerializer):
    """What the operator and a tenant have agreed on."""

    seller = serializers.CharField(source="entity.code")

    class Meta:
        model = Contract
        fields = (
            "id", "tenant_id", "seller", "number", "service_mode", "starts_on", "ends_on", "time_zone", "currency",
            "cycle", "billing_day", "day_count", "cutoff_days",
        )  # fmt: skip


class WholeContractShown(ContractShown):
    """A contract with its versions."""

    versions = ContractVersionShown(many=True)

    class Meta(ContractShown.Meta):
        fields = (*ContractShown.Meta.fields, "versions")  # type: ignore[assignment]


class SellerShown(serializers.ModelSerializer):
    """A legal entity of the operator that issues documents."""

    class Meta:
        model = BillingEntity
        fields = ("id", "code", "legal_name", "legal_name_zh", "country", "tax_id", "currency", "time_zone")


class PriceBody(Body):
    """A price to write."""

    code = serializers.SlugField(max_length=32)
    kind = serializers.ChoiceField([(name, name) for name in KINDS])
    params = serializers.DictField(help_text='Amounts as text, such as "1.20"; see docs/pricing.md.')
    invoice_text = serializers.CharField(max_length=120)
    invoice_text_zh = serializers.CharField(max_length=120)
    tax_code = serializers.SlugField(max_length=32)


class ContractVersionBody(Body):
    """New prices."""

    starts_on = serializers.DateField()
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    prices = PriceBody(many=True, allow_empty=False)


class PreviewBody(Body):
    """Prices to try."""

    prices = PriceBody(many=True, allow_empty=False)


class PreviewShown(serializers.Serializer):
    """What the last whole period would have cost, without tax."""

    currency = serializers.CharField()
    period_starts_on = serializers.DateField(source="period.starts_on")
    period_ends_on = serializers.DateField(source="period.ends_on")
    net_now = Amount(help_text="With the prices in force.")
    net_then = Amount(help_text="With these.")
    difference = Amount()


class ContractBody(Body):
    """What was agreed on; prices follow as its first version."""

    tenant_id = serializers.UUIDField()
    seller = serializers.SlugField(max_length=16, help_text="Its code.")
    number = serializers.CharField(max_length=40)
    service_mode = serializers.ChoiceField(Contract.ServiceMode.choices)
    starts_on = serializers.DateField(validators=[in_our_years], help_text="The first day, in the time zone.")
    time_zone = serializers.CharField(max_length=64, required=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", validators=[currency_code], required=False)
    cycle = serializers.ChoiceField(Contract.Cycle.choices, required=False)
    billing_day = serializers.IntegerField(
        min_value=1, max_value=31, required=False, help_text="For weeks 1 (Monday) to 7."
    )
    day_count = serializers.ChoiceField(Contract.DayCount.choices, required=False)
    cutoff_days = serializers.IntegerField(min_value=0, max_value=366, required=False)


class EndingQuery(Filters):
    """The end to look at."""

    last_day = serializers.DateField(validators=[in_our_years])


class ContractEndBody(Body):
    """The end of a contract."""

    last_day = serializers.DateField(validators=[in_our_years])
    reason = serializers.CharField(max_length=200)


class LeaseEndingShown(serializers.Serializer):
    """A lease that ends with the contract."""

    lease_id = serializers.UUIDField()
    seats = serializers.IntegerField()


class EndingShown(serializers.Serializer):
    """What the end of a contract brings with it."""

    ends_at = Instant(help_text="The midnight after the last day.")
    leases = LeaseEndingShown(many=True)
    numbers = serializers.SerializerMethodField(help_text="These go back; codes of shared numbers after a star.")
    farewell = serializers.BooleanField(help_text="No other contract goes on: the tenant's data may go when it asks.")

    def get_numbers(self, ending: Any) -> list[str]:
        """By name."""
        return [number.name for number in ending.numbers]


class ContractFilters(Filters):
    """Which contracts."""

    number = serializers.CharField(max_length=40, required=False)
    service_mode = serializers.ChoiceField(Contract.ServiceMode.choices, required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code.")


class Contracts(Listed, Found, Resource):
    """Contracts with tenants."""

    rights = {
        "list": Right.CONTRACTS_READ,
        "retrieve": Right.CONTRACTS_READ,
        "create": Right.BILLING_WRITE,
        "write": Right.BILLING_WRITE,
        "preview": Right.BILLING_WRITE,
        "ending": Right.BILLING_WRITE,
        "end": Right.BILLING_WRITE,
    }
    serializer_class = ContractShown
    filters = ContractFilters
    queries = {"ending": EndingQuery}
    ordering = ("number", "id")

    def get_queryset(self) -> QuerySet[Contract]:
        """With the sellers; one by one with the versions."""
        rows = Contract.objects.select_related("entity")
        return rows.prefetch_related("versions__components") if self.action == "retrieve" else rows

    @extend_schema(responses=WholeContractShown)
    def retrieve(self, request: Request, pk: Any) -> Response:
        """One contract with its versions and prices."""
        return Response(WholeContractShown(self.get_object()).data)

    @extend_schema(request=ContractBody, responses={201: ContractShown})
    def create(self, request: Request) -> Response:
        """Note a contract. It bills nothing until another person has approved its first version."""
        given = self.read(ContractBody)
        must_be_finance(self.person())
        tenant = found(Tenant.objects.all(), given.pop("tenant_id"))
        contract = Contract(tenant=tenant, entity=seller_of(given.pop("seller")), **given)
        contract.full_clean()
        contract.save(force_insert=True)
        return self.show(contract, status=201)

    @extend_schema(request=ContractVersionBody, responses={201: ContractVersionShown})
    @action(detail=True, methods=["post"], url_path="versions")
    def write(self, request: Request, pk: Any) -> Response:
        """Write a version with its prices, for another person to approve."""
        contract, given = self.get_object(), self.read(ContractVersionBody)
        prices = _prices(given["prices"])
        version = write_version(
            contract, given["starts_on"], prices, user=self.person(), at=clock.now(), note=given.get("note", "")
        )
        return Response(ContractVersionShown(version).data, status=201)

    @extend_schema(request=PreviewBody, responses=PreviewShown)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, pk: Any) -> Response:
        """What the last whole period would have cost with other prices; nothing is written."""
        seen = preview(self.get_object(), _prices(self.read(PreviewBody)["prices"]), clock.now())
        return Response(PreviewShown(seen).data)

    @extend_schema(responses=EndingShown)
    @action(detail=True, methods=["get"])
    def ending(self, request: Request, pk: Any) -> Response:
        """What would end with the contract if that were its last day; nothing is changed."""
        last_day = self.asked().validated_data["last_day"]
        return Response(EndingShown(what_ends(self.get_object(), last_day)).data)

    @extend_schema(request=ContractEndBody, responses=EndingShown)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: Any) -> Response:
        """End the contract and what ends with it; an end can be moved forward later, not back."""
        contract, given = self.get_object(), self.read(ContractEndBody)
        ending = end_contract(
            contract, given["last_day"], user=self.person(), at=clock.now(), reason=given["reason"]
        )  # fmt: skip
        return Response(EndingShown(ending).data)


def _prices(given: list[dict[str, Any]]) -> list[Price]:
    return [
        Price(
            code=one["code"], kind=one["kind"], params=one["params"], text=one["invoice_text"],
            text_zh=one["invoice_text_zh"], tax_code=one["tax_code"],
        )
        for one in given
    ]  # fmt: skip


class ContractVersions(Found, Resource):
    """Prices of contracts by date."""

    rights = {"retrieve": Right.CONTRACTS_READ, "approve": Right.BILLING_WRITE}
    serializer_class = ContractVersionShown

    def get_queryset(self) -> QuerySet[ContractVersion]:
        """With the prices."""
        return ContractVersion.objects.prefetch_related("components")

    @extend_schema(request=Empty, responses=ContractVersionShown)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: Any) -> Response:
        """The second person's yes: the prices are in force from their day on. With a session only."""
        return self.show(approve_version(self.get_object(), self.person_at_the_browser(), clock.now()))


class Sellers(Listed, Resource):
    """Legal entities of the operator."""

    rights = {"list": Right.CONTRACTS_READ}
    serializer_class = SellerShown
    ordering = ("code", "id")

    def get_queryset(self) -> QuerySet[BillingEntity]:
        """All of them."""
        return BillingEntity.objects.all()
