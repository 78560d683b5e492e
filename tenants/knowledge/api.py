"""Articles by API: written, shown, found."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline import clock
from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Empty, Filters
from tenants.knowledge.models import Article, ArticleRevision
from tenants.knowledge.services import LONGEST_BODY, find_articles, show_article, write_article
from tenants.trust.actor import current_actor


class ArticleShown(serializers.ModelSerializer):
    """An article; `shown` is the revision that agents find, null while there is none."""

    class Meta:
        model = Article
        fields = ("id", "tenant_id", "title", "category", "newest", "shown", "changed_at")


class RevisionShown(serializers.ModelSerializer):
    """An article as somebody wrote it."""

    class Meta:
        model = ArticleRevision
        fields = ("id", "no", "title", "body", "made_at", "made_by")


class ArticleBody(Body):
    """A new article, or a new revision of one."""

    title = serializers.CharField(max_length=200)
    body = serializers.CharField(max_length=LONGEST_BODY, allow_blank=True)
    category = serializers.CharField(max_length=60, required=False, allow_blank=True)


class RevisionBody(ArticleBody):
    """A new revision."""

    seen = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, required=False, help_text="The revision that it was written from."
    )


class ShowBody(Body):
    """Which revision."""

    no = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class ArticleFilters(Filters):
    """Which articles."""

    category = serializers.CharField(max_length=60, required=False)


class WordsQuery(Filters):
    """What is looked for."""

    q = serializers.CharField(max_length=200, help_text="A question in Chinese or English.")


class FoundShown(serializers.Serializer):
    """An article that answers a question."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    category = serializers.CharField()
    excerpt = serializers.CharField()


class Articles(Listed, Found, Resource):
    """Articles, the newest first."""

    rights = {
        "list": Right.WORK_READ,
        "retrieve": Right.WORK_READ,
        "search": Right.WORK_READ,
        "revisions": Right.WORK_READ,
        **dict.fromkeys(("create", "partial_update", "publish", "withdraw"), Right.WORK_WRITE),
    }
    serializer_class = ArticleShown
    filters = ArticleFilters
    queries = {"search": WordsQuery}
    ordering = ("-changed_at", "id")

    def get_queryset(self) -> QuerySet[Article]:
        """In the scope."""
        return Article.objects.defer("search")

    @extend_schema(request=ArticleBody, responses={201: ArticleShown})
    def create(self, request: Request) -> Response:
        """Write an article; agents find it once it is published."""
        row = write_article(self.tenant(), at=clock.now(), who=str(current_actor()), **self.read(ArticleBody))
        return self.show(row, status=201)

    @extend_schema(request=RevisionBody, responses=ArticleShown)
    def partial_update(self, request: Request, pk: Any) -> Response:
        """Write a new revision, whole; the shown one stays shown."""
        row, given = self.get_object(), self.read(RevisionBody)
        given.setdefault("category", row.category)
        return self.show(
            write_article(self.tenant(), at=clock.now(), who=str(current_actor()), article=row, **given)
        )  # fmt: skip

    @extend_schema(request=ShowBody, responses=ArticleShown)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: Any) -> Response:
        """Let agents find this revision."""
        row = self.get_object()
        return self.show(show_article(row, self.read(ShowBody)["no"], clock.now()))

    @extend_schema(request=Empty, responses=ArticleShown)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: Any) -> Response:
        """Let nobody find it any more; its revisions stay."""
        return self.show(show_article(self.get_object(), None, clock.now()))

    @extend_schema(responses=RevisionShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def revisions(self, request: Request, pk: Any) -> Response:
        """Its newest hundred revisions, the newest first."""
        return Response(RevisionShown(self.get_object().revisions.all()[:100], many=True).data)

    @extend_schema(responses=FoundShown(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def search(self, request: Request) -> Response:
        """Published articles that answer a question, the best first, 20 at most."""
        return Response(FoundShown(find_articles(self.asked().validated_data["q"]), many=True).data)
