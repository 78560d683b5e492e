"""Who am I, and the API keys of a tenant or of the operator. A key makes no keys: only people do."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Instant
from tenants.accounts.models import Tenant
from tenants.accounts.rights import Kind
from tenants.keys.callers import Caller, own_tenant, readable
from tenants.keys.models import ApiKey
from tenants.keys.services import make_key, revoke_key


class TenantBrief(serializers.ModelSerializer):
    """Which tenant."""

    class Meta:
        model = Tenant
        fields = ("id", "code", "name", "name_zh", "time_zone")


class CallerShown(serializers.Serializer):
    """Who asks."""

    kind = serializers.ChoiceField([(kind.value, kind.value) for kind in Kind], help_text="On whose behalf.")
    name = serializers.CharField(help_text="Of the key, or the person's user name.")
    rights = serializers.SerializerMethodField()
    tenant = serializers.SerializerMethodField()
    key_id = serializers.UUIDField(allow_null=True)
    person_id = serializers.UUIDField(allow_null=True)

    def get_rights(self, caller: Caller) -> list[str]:
        """In order."""
        return sorted(caller.rights)

    @extend_schema_field(TenantBrief(allow_null=True))
    def get_tenant(self, caller: Caller) -> Any:
        """On whose behalf; null for the operator's own."""
        tenant = own_tenant(caller)
        return TenantBrief(tenant).data if tenant else None


class Me(Resource):
    """Who asks, and with which rights."""

    rights = {"whoami": Right}
    serializer_class = CallerShown
    pagination_class = None  # type: ignore[assignment]

    @extend_schema(responses=CallerShown, operation_id="me")
    def whoami(self, request: Request) -> Response:
        """Who asks, and with which rights."""
        return Response(self.get_serializer(self.caller).data)


class KeyShown(serializers.ModelSerializer):
    """A key; its secret is kept nowhere."""

    prefix = serializers.CharField(help_text="By which the key is recognised.", read_only=True)
    rights = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = ApiKey
        fields = (
            "id", "prefix", "name", "holder", "rights", "made_at", "expires_at", "revoked_at", "last_used_at",
        )  # fmt: skip


class KeyMade(KeyShown):
    """A key with its text, shown this once."""

    text = serializers.CharField(help_text="Send it as: Authorization: Bearer TEXT.", read_only=True)

    class Meta(KeyShown.Meta):
        fields = (*KeyShown.Meta.fields, "text")  # type: ignore[assignment]


class KeyBody(Body):
    """A new key."""

    name = serializers.CharField(max_length=100)
    rights = serializers.ListField(
        child=serializers.ChoiceField([(right.value, right.value) for right in Right]), min_length=1, max_length=40
    )
    expires_at = Instant(required=False, allow_null=True)


class Keys(Listed, Found, Resource):
    """API keys of the tenant, or of the operator's programs."""

    rights = {
        "list": Right.KEYS_WRITE,
        "retrieve": Right.KEYS_WRITE,
        "create": Right.KEYS_WRITE,
        "revoke": Right.KEYS_WRITE,
    }
    serializer_class = KeyShown
    ordering = ("-made_at", "id")
    secret_actions = frozenset({"create"})

    def get_queryset(self) -> QuerySet[ApiKey]:
        """A tenant's people see the tenant's keys, the operator's those of its own programs."""
        own = self.caller.tenant_id
        return ApiKey.objects.filter(tenant_id=own) if own else ApiKey.objects.filter(tenant=None)

    @extend_schema(request=KeyBody, responses={201: KeyMade})
    def create(self, request: Request) -> Response:
        """Give a program a key. The answer shows its text, this once."""
        given = self.read(KeyBody)
        made = make_key(
            own_tenant(self.caller), self.caller.kind, given["name"], readable(given["rights"]), at=clock.now(),
            expires_at=given.get("expires_at"), made_by=self.person_at_the_browser(),
        )  # fmt: skip
        return Response({**KeyShown(made.row).data, "text": made.text}, status=201)

    @extend_schema(request=Empty, responses=KeyShown)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: Any) -> Response:
        """End a key at once."""
        return self.show(revoke_key(self.get_object(), clock.now()))
