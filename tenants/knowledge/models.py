"""Tables of articles. A revision is written once; an article says which of them is shown."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class Article(models.Model):
    """Something that agents look up; the number of its shown revision is empty while it is a draft."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    category = models.CharField(_("category"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=200, help_text=_("Of the newest revision."))
    newest = models.PositiveIntegerField(_("newest revision"), default=0)
    shown = models.PositiveIntegerField(_("revision shown to agents"), null=True)
    search = SearchVectorField(_("terms"), null=True, editable=False, help_text=_("Of the revision that is shown."))
    changed_at = models.DateTimeField(_("changed at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-changed_at", "id"]
        indexes = [
            GinIndex(fields=["search"], name="articles_by_terms"),
            models.Index(fields=["tenant", "-changed_at", "id"], name="articles_of_tenant"),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleRevision(models.Model):
    """An article as somebody wrote it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    article = models.ForeignKey(Article, models.PROTECT, related_name="revisions", verbose_name=_("article"))
    no = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), max_length=50_000)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=150)

    objects = TenantManager()

    class Meta:
        verbose_name = _("revision of an article")
        verbose_name_plural = _("revisions of articles")
        ordering = ["article", "-no"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "article", "no"], name="revision_number_is_unique",
                violation_error_message=_("Each number of a revision is given once."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.no} {self.title}"
