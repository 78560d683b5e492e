"""Articles on the tenant's pages: found as agents find them, written, published, withdrawn."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said
from tenants.accounts.entrance import WORK, open_to
from tenants.accounts.models import Tenant
from tenants.accounts.paging import page_of
from tenants.knowledge.models import Article
from tenants.knowledge.services import find_articles, show_article, write_article
from tenants.trust.actor import current_actor

PLACE = {"place": "knowledge"}


@require_GET
@open_to(WORK)
def articles(request: HttpRequest, tenant: Tenant) -> HttpResponse:
    """All articles, or what agents would find."""
    words = request.GET.get("q", "").strip()[:200]
    context = {
        "tenant": tenant, "heading": _("Knowledge"), "words": words, "found": find_articles(words) if words else [],
        "page": None if words else page_of(Article.objects.defer("search"), request), **PLACE,
    }  # fmt: skip
    return render(request, "work/articles.html", context)


@require_http_methods(["GET", "POST"])
@open_to(WORK)
def article(request: HttpRequest, tenant: Tenant, key: UUID | None = None) -> HttpResponse:
    """One article, or a new one. POST keeps a revision, publishes one, or withdraws it."""
    row = Article.objects.defer("search").filter(pk=key).first() if key else None
    if key and row is None:
        raise Http404
    revisions = list(row.revisions.all()[:50]) if row else []
    asked_no = request.GET.get("no", "")
    looked_at = next((one for one in revisions if str(one.no) == asked_no), revisions[0] if revisions else None)
    typed: dict[str, Any] = {
        "title": looked_at.title if looked_at else "", "body": looked_at.body if looked_at else "",
        "category": row.category if row else "",
    }  # fmt: skip
    refusal = ""
    if request.method == "POST":
        try:
            kept = _act(request, tenant, row)
            messages.success(request, _("Saved."))
            return redirect("work_article", code=tenant.code, key=kept.pk)
        except SeatlineError as error:
            refusal = said(error)
            typed = {part: request.POST.get(part, typed[part]) for part in typed}
    context = {
        "tenant": tenant, "heading": row.title if row else _("New article"), "row": row, "revisions": revisions,
        "looked_at": looked_at, "refusal": refusal, **typed, **PLACE,
    }  # fmt: skip
    return render(request, "work/article.html", context, status=422 if refusal else 200)


def _act(request: HttpRequest, tenant: Tenant, row: Article | None) -> Article:
    posted, at = request.POST, clock.now()
    act, text = posted.get("act"), posted.get("no", "")
    no = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if row is not None and act == "withdraw":
        return show_article(row, None, at)
    if row is not None and act == "show" and no:
        return show_article(row, no, at)
    kept = write_article(
        tenant, posted.get("title", ""), posted.get("body", ""), at, str(current_actor()),
        category=posted.get("category", ""), article=row, seen=no if row else None,
    )  # fmt: skip
    return show_article(kept, kept.newest, at) if act == "publish" else kept
