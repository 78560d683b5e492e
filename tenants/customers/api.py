"""The tenant's customers by API: looked up by number or words, made, changed, merged, and the merge undone."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right, found
from seatline.api.fields import Body, Empty, Filters, Instant, Seconds
from tenants.customers.history import Asked, contacts_of
from tenants.customers.merging import merge, undo_merge, whole_of
from tenants.customers.models import Customer, CustomerMerge
from tenants.customers.services import (
    add_customer,
    change_customer,
    find_customers,
    form_of_customers,
    set_form_of_customers,
)
from tenants.forms.rules import definition_of
from tenants.trust.actor import current_actor


class CustomerShown(serializers.ModelSerializer):
    """A customer; `answers` by the codes of the tenant's own fields."""

    numbers = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = ("id", "tenant_id", "name", "numbers", "answers", "part_of_id", "version", "created_at", "changed_at")

    def get_numbers(self, row: Customer) -> list[str]:
        """E.164, the first one first."""
        return [one.e164 for one in row.numbers.all()]


class CustomerBody(Body):
    """A customer; numbers as people write them."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    numbers = serializers.ListField(child=serializers.CharField(max_length=40), required=False, max_length=10)
    answers = serializers.DictField(child=serializers.CharField(max_length=8000, allow_blank=True), required=False)


class MergeBody(Body):
    """Who is the same customer."""

    customer_id = serializers.UUIDField(help_text="The one that becomes a part.")


class FormBody(Body):
    """The tenant's own fields."""

    definition = serializers.ListField(
        child=serializers.DictField(), max_length=60,
        help_text="Fields: code, kind (text, long, choice, date, amount, phone), label, label_zh, required, options of "
        "a choice (code, label, label_zh), when (field: a choice further up, among: its answers).",
    )  # fmt: skip


class FormShown(serializers.Serializer):
    """The tenant's own fields."""

    definition = serializers.ListField(child=serializers.DictField())


class CustomerFilters(Filters):
    """Which customers."""

    number = serializers.RegexField(r"^\+[1-9]\d{2,14}$", required=False, source="numbers__e164", help_text="E.164.")
    changed_from = Instant(required=False, source="changed_at__gte")


class WordsQuery(Filters):
    """What is looked for."""

    q = serializers.CharField(max_length=200, help_text="Words, Chinese text, or four digits of a number.")


class ContactShown(serializers.Serializer):
    """Something that was had with a customer."""

    id = serializers.UUIDField()
    channel = serializers.CharField(help_text="call, case …")
    at = Instant()
    number = serializers.CharField()
    inbound = serializers.BooleanField()
    what = serializers.CharField()
    outcome = serializers.CharField()
    agent_id = serializers.UUIDField(allow_null=True)
    talked = Seconds(allow_null=True)


class MergeShown(serializers.ModelSerializer):
    """That a customer was merged into another."""

    class Meta:
        model = CustomerMerge
        fields = (
            "id", "tenant_id", "kept_id", "merged_id", "filled", "merged_at", "merged_by", "undone_at", "undone_by",
        )  # fmt: skip


class Customers(Listed, Found, Resource):
    """Customers of the tenant."""

    rights = {
        "list": Right.WORK_READ,
        "retrieve": Right.WORK_READ,
        "create": Right.WORK_WRITE,
        "partial_update": Right.WORK_WRITE,
        "search": Right.WORK_READ,
        "history": Right.WORK_READ,
        "merge": Right.WORK_WRITE,
        "form": Right.WORK_READ,
        "set_form": Right.WORK_WRITE,
    }
    serializer_class = CustomerShown
    filters = CustomerFilters
    queries = {"search": WordsQuery}
    ordering = ("-changed_at", "id")
    versioned_actions = frozenset({"partial_update"})

    def get_queryset(self) -> QuerySet[Customer]:
        """Merged ones too: they name the one whose part they are."""
        return Customer.objects.defer("search").prefetch_related("numbers")

    @extend_schema(request=CustomerBody, responses={201: CustomerShown})
    def create(self, request: Request) -> Response:
        """Make a customer; a name or a number is needed, and the tenant's required fields."""
        given = self.read(CustomerBody)
        row = add_customer(
            self.tenant(), given.get("name", ""), given.get("numbers", []), given.get("answers", {}), clock.now()
        )
        return self.show(row, status=201)

    @extend_schema(request=CustomerBody, responses=CustomerShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Change what is given; `numbers` and `answers` take the place of those that were."""
        row = self.locked()
        change_customer(row, clock.now(), **self.read(CustomerBody))
        return self.show(self.get_object())

    @extend_schema(responses=CustomerShown(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def search(self, request: Request) -> Response:
        """Customers by words, the best first, 50 at most."""
        return Response(self.get_serializer(find_customers(self.asked().validated_data["q"]), many=True).data)

    @extend_schema(responses=ContactShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def history(self, request: Request, pk: Any) -> Response:
        """The newest 200 contacts over all channels, with all that was merged."""
        row = self.get_object()
        whole: list[UUID] = whole_of(row)
        numbers = Customer.objects.filter(pk__in=whole).exclude(numbers=None).values_list("numbers__e164", flat=True)
        contacts = contacts_of(Asked(list(numbers), whole, 200))
        return Response(ContactShown(contacts, many=True).data)

    @extend_schema(request=MergeBody, responses={201: MergeShown})
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: Any) -> Response:
        """Make another customer a part of this one. Nothing of it is moved; it can be undone."""
        kept = self.get_object()
        other = found(self.get_queryset(), self.read(MergeBody)["customer_id"])
        done = merge(kept, other, clock.now(), str(current_actor()))
        return Response(MergeShown(done).data, status=201)

    @extend_schema(responses=FormShown)
    @action(detail=False, methods=["get"], pagination_class=None)
    def form(self, request: Request) -> Response:
        """The tenant's own fields of customers."""
        return Response({"definition": definition_of(form_of_customers())})

    @extend_schema(request=FormBody, responses=FormShown)
    @form.mapping.put
    def set_form(self, request: Request) -> Response:
        """Replace them; answers of fields that are gone stay with their customers."""
        form = set_form_of_customers(self.tenant(), self.read(FormBody)["definition"], clock.now())
        return Response({"definition": definition_of(form)})


class Merges(Listed, Found, Resource):
    """Merges of customers, the newest first."""

    rights = {"list": Right.WORK_READ, "retrieve": Right.WORK_READ, "undo": Right.WORK_WRITE}
    serializer_class = MergeShown
    ordering = ("-merged_at", "id")

    def get_queryset(self) -> QuerySet[CustomerMerge]:
        """In the scope."""
        return CustomerMerge.objects.all()

    @extend_schema(request=Empty, responses=MergeShown)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: Any) -> Response:
        """Make them two again; what was filled in and not changed since goes."""
        return self.show(undo_merge(self.get_object(), clock.now(), str(current_actor())))
