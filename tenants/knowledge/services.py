"""Articles: written as revisions, shown to agents, found. In the tenant's scope."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from seatline.errors import BadInput, NotFound, Refused
from tenants.accounts.models import Tenant
from tenants.finding import Finder, ranked
from tenants.knowledge.models import Article, ArticleRevision
from tenants.knowledge.rules import excerpt
from tenants.terms import vector
from tenants.trust.services import log_operation

LONGEST_BODY = 50_000


class ArticleWithoutTitle(BadInput):
    """An article needs a title."""


class ArticleTooLong(BadInput):
    """An article has at most {most} characters: make two of it."""


class ArticleChangedMeanwhile(Refused):
    """Somebody has written a newer revision since you opened the page; nothing was written. Look at it first."""


class RevisionUnknown(NotFound):
    """The article has no revision {no}."""


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article that answers a question, and the place in it."""

    id: UUID
    title: str
    category: str
    excerpt: str


@transaction.atomic
def write_article(
    tenant: Tenant, title: str, body: str, at: datetime, who: str, *, category: str = "",
    article: Article | None = None, seen: int | None = None,
) -> Article:  # fmt: skip
    """A new article, or a new revision of one; agents see it once it is shown. `seen` is the revision begun from.

    Raises ArticleWithoutTitle, ArticleTooLong, ArticleChangedMeanwhile.
    """
    if not title.strip():
        raise ArticleWithoutTitle
    if len(body) > LONGEST_BODY:
        raise ArticleTooLong(most=LONGEST_BODY)
    if article is None:
        row = Article(tenant=tenant)
    else:
        row = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
        if seen is not None and row.newest != seen:
            raise ArticleChangedMeanwhile
    row.title, row.category = title.strip()[:200], category.strip()[:60]
    row.newest, row.changed_at = row.newest + 1, at
    row.save()
    ArticleRevision.objects.create(
        tenant=tenant, article=row, no=row.newest, title=row.title, body=body, made_at=at, made_by=who
    )
    return row


@transaction.atomic
def show_article(article: Article, no: int | None, at: datetime) -> Article:
    """Let agents find this revision; None: no more. Raises RevisionUnknown."""
    row = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    search = None
    if no is not None:
        revision = row.revisions.filter(no=no).first()
        if revision is None:
            raise RevisionUnknown(no=no)
        search = vector((revision.title, "A"), (row.category, "B"), (revision.body, "D"))
    row.shown, row.search, row.changed_at = no, search, at
    row.save(update_fields=["shown", "search", "changed_at"])
    log_operation(row.tenant_id, "article.shown" if no else "article.withdrawn", str(row.pk), revision=no)
    return row


def shown_revision(article_id: UUID) -> ArticleRevision | None:
    """What agents read of an article."""
    row = Article.objects.filter(pk=article_id).first()
    return row.revisions.filter(no=row.shown).first() if row and row.shown else None


def find_articles(text: str, most: int = 20) -> list[FoundArticle]:
    """Articles that answer a question, the best first; of those that are shown alone."""
    keys = ranked(Finder.ARTICLES, text, most)
    rows = {row.pk: row for row in Article.objects.filter(pk__in=keys).defer("search")}
    revisions = {
        one.article_id: one for one in ArticleRevision.objects.filter(article__in=rows)
        if one.no == rows[one.article_id].shown
    }  # fmt: skip
    return [
        FoundArticle(key, revisions[key].title, rows[key].category, excerpt(revisions[key].body, text))
        for key in keys if key in revisions
    ]  # fmt: skip
