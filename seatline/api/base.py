"""The base of every resource: who may, in which scope, once, and against which version.

A resource says in `rights` which right opens each of its actions; whatever is not named there is closed. The whole
action runs in the caller's one scope and transaction, errors undo all of it, and rows that the scope does not show are
not there: another tenant's id answers like one that was never given.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponseBase
from django.utils import timezone
from rest_framework import exceptions as rest
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from seatline import clock
from seatline.api import idempotency, problems
from seatline.api.authentication import KeyAuthentication, PersonAuthentication
from seatline.api.fields import Filters
from seatline.api.paging import Pages
from seatline.api.parsers import StrictJson
from seatline.api.throttling import Limit, StrangersLimit
from seatline.errors import NotAllowed
from tenants.accounts.models import Tenant, User
from tenants.accounts.rights import Kind, Right
from tenants.keys.callers import Caller, KeyRefused
from tenants.trust.actor import Actor, acting, current_actor

__all__ = ["Found", "Kind", "Listed", "PersonNeeded", "Resource", "Right"]


class PersonNeeded(NotAllowed):
    """A person must do this: log in, or use a key that acts in the name of one."""


class AlwaysJson(BaseContentNegotiation):
    """Whatever Accept says: there is one form, and files have their own."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        """By the Content-Type."""
        wanted = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """JSON."""
        return renderers[0], renderers[0].media_type


class HasRight(BasePermission):
    """Whether the caller has the right that the action asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """By the view's table; an action that is not in it is for nobody."""
        right = view.rights.get(view.action)
        caller = request.auth
        if view.action is None:  # a method that the address does not have: told as such
            return True
        return isinstance(caller, Caller) and (right is Right or right in caller.rights)


class Resource(GenericViewSet):
    """Something that the API shows; see the top of this file."""

    #: Which right opens which action; the class `Right` itself: any caller.
    rights: ClassVar[Mapping[str, Right | type[Right]]] = {}
    #: What `list` can be narrowed by.
    filters: ClassVar[type[Filters] | None] = None
    #: A total order of the list.
    ordering: ClassVar[tuple[str, ...]] = ("id",)
    #: Actions whose answer holds a secret, which is kept nowhere.
    secret_actions: ClassVar[frozenset[str]] = frozenset()
    #: Actions that take If-Match.
    versioned_actions: ClassVar[frozenset[str]] = frozenset()
    #: Query parameters of actions other than `list`.
    queries: ClassVar[Mapping[str, type[Filters]]] = {}

    authentication_classes = [KeyAuthentication, PersonAuthentication]
    permission_classes = [HasRight]
    throttle_classes = [Limit]
    parser_classes = [StrictJson]
    renderer_classes = [JSONRenderer]
    content_negotiation_class = AlwaysJson
    pagination_class = Pages
    lookup_value_converter = "uuid"
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    @property
    def caller(self) -> Caller:
        """Who asks."""
        caller = self.request.auth
        assert isinstance(caller, Caller)
        return caller

    def tenant(self) -> Tenant:
        """The tenant on whose behalf is asked; for actions that a tenant's people alone may do."""
        if self.caller.tenant_id is None:
            raise rest.PermissionDenied
        return Tenant.objects.get(pk=self.caller.tenant_id)

    def person(self) -> User:
        """The person who asks, or in whose name the key acts. Raises PersonNeeded."""
        key = self.caller.person_id
        person = User.objects.filter(pk=key, is_active=True).first() if key else None
        if person is None:
            raise PersonNeeded
        return person

    def person_at_the_browser(self) -> User:
        """The person who asks with a session: what a second person must do is done by no program."""
        if self.caller.key_id is not None:
            raise PersonNeeded
        return self.person()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find out who asks, then do all of it in the caller's scope."""
        self.args, self.kwargs = args, kwargs
        asked = self.initialize_request(request, *args, **kwargs)
        self.request, self.headers = asked, self.default_response_headers
        response: HttpResponseBase
        try:
            self.initial(asked, *args, **kwargs)
            handler = getattr(self, str(asked.method).lower(), self.http_method_not_allowed)
            if self.action is None:
                handler = self.http_method_not_allowed
            self._check_query()
            with timezone.override(UTC), acting(self._actor()), self.caller.scope():
                response = self._once(asked, handler)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
        except Exception as error:  # whatever it is, it has an answer
            response = self._told(error)
        # The framework takes files and streams as they are; its stubs know its own responses alone.
        self.response = self.finalize_response(asked, response, *args, **kwargs)  # type: ignore[arg-type]
        self.response.headers.setdefault("Cache-Control", "private, no-store")
        return self.response

    def _actor(self) -> Actor:
        """Who acts, as the operation log names it: a program by its key, a person as the session does."""
        if self.caller.key_id is None:
            return current_actor()
        return Actor("key", f"{self.caller.name} {self.caller.label}", self.request.META.get("REMOTE_ADDR", ""))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As the framework does it; strangers are counted by address, also those with a key that is refused."""
        try:
            super().initial(request, *args, **kwargs)
        except (rest.NotAuthenticated, KeyRefused):
            limit = StrangersLimit()
            if not limit.allow_request(request, self):
                raise rest.Throttled(limit.wait()) from None
            raise

    def _once(self, request: Request, handler: Any) -> HttpResponseBase:
        key = idempotency.asked_key(request) if request.method == "POST" else None
        if key is None:
            plain: HttpResponseBase = handler(request, *self.args, **self.kwargs)
            return plain
        claimed = idempotency.claim(self.caller, key, idempotency.fingerprint(request), clock.now())
        if isinstance(claimed, Response):
            return claimed
        response: HttpResponseBase = handler(request, *self.args, **self.kwargs)
        if isinstance(response, Response) and response.status_code < 400:
            idempotency.keep(claimed, response, secret=self.action in self.secret_actions)
        return response

    def _told(self, error: Exception) -> Response:
        response = problems.answer(error) or problems.unforeseen(error)
        if isinstance(error, rest.MethodNotAllowed):
            response["Allow"] = ", ".join(self.allowed_methods)
        response.exception = True
        return response

    def _check_query(self) -> None:
        filters = self._asked_filters()
        known = set(filters._declared_fields) if filters else set()
        if self.action == "list":
            known |= {Pages.cursor_query_param, Pages.page_size_query_param}
        for name in self.request.query_params:
            if name not in known:
                raise problems.QueryUnknown(name=name[:60], known=", ".join(sorted(known)) or "–")

    def _asked_filters(self) -> type[Filters] | None:
        return self.filters if self.action == "list" else self.queries.get(self.action or "")

    def asked(self) -> Filters:
        """The query's parameters, read. Raises the framework's ValidationError."""
        kind = self._asked_filters()
        assert kind is not None
        given = {name: value for name, value in self.request.query_params.items() if name in kind._declared_fields}
        filters = kind(data=given, context=self.get_serializer_context())
        filters.is_valid(raise_exception=True)
        return filters

    def filter_queryset(self, queryset: Any) -> Any:
        """Narrowed by the query's parameters."""
        return queryset.filter(**self.asked().lookups()) if self.filters else queryset

    def read(self, kind: type[BaseSerializer], **options: Any) -> dict[str, Any]:
        """The body, read by a serializer. Raises the framework's ValidationError."""
        body = kind(data=self.request.data, context=self.get_serializer_context(), **options)
        body.is_valid(raise_exception=True)
        found: dict[str, Any] = body.validated_data
        return found

    def show(self, row: Any, status: int = 200) -> Response:
        """A row as the resource shows it, with its version."""
        data = self.get_serializer(row).data
        return Response(data, status=status, headers={"ETag": version_of(data)})

    def locked(self, **key: Any) -> Any:
        """The row that the address names, locked, if If-Match fits. Raises Http404, ChangedMeanwhile."""
        row = self.get_queryset().select_for_update(of=("self",)).filter(**(key or {"pk": self.kwargs["pk"]})).first()
        if row is None:
            raise Http404
        self.must_fit(self.get_serializer(row).data)
        return row

    def must_fit(self, data: Any) -> None:
        """Raises ChangedMeanwhile if If-Match names another version than this."""
        wanted = self.request.headers.get("If-Match")
        if wanted and wanted.strip() != "*" and version_of(data) not in {one.strip() for one in wanted.split(",")}:
            raise problems.ChangedMeanwhile

    def get_object(self) -> Any:
        """The row that the address names, in the caller's scope. Raises Http404."""
        row = self.get_queryset().filter(pk=self.kwargs["pk"]).first()
        if row is None:
            raise Http404
        return row


class Listed:
    """Can be listed."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of them."""
        view: Any = self
        page = view.paginate_queryset(view.filter_queryset(view.get_queryset()))
        response: Response = view.get_paginated_response(view.get_serializer(page, many=True).data)
        return response


class Found:
    """Can be looked at one by one."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of them."""
        view: Any = self
        response: Response = view.show(view.get_object())
        return response


def version_of(data: Any) -> str:
    """The version of what is shown, as an ETag: another one whenever anything in it is."""
    # Not orjson: what flows are drafted with may hold whole numbers beyond 64 bits.
    text = json.dumps(data, sort_keys=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def found(rows: QuerySet, key: Any) -> Any:
    """The row with this id, or Http404: for ids in bodies and in parts of an address."""
    row: Model | None = rows.filter(pk=key).first()
    if row is None:
        raise Http404
    return row
