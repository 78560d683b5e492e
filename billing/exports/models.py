"""Files made from issued documents, kept as they were first made; the other tables of this room lie beside."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.exports.fapiao_models import Fapiao
from billing.exports.job_models import ExportJob, LedgerAccount
from billing.invoices.models import Document
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager

__all__ = ["Artefact", "ExportJob", "Fapiao", "LedgerAccount"]


class Artefact(models.Model):
    """One file of an issued document, with its hash: asked for again, the same bytes are handed out.

    The bytes lie in the database, so that file and document are saved, kept back and guarded together.
    """

    class Kind(models.TextChoices):
        """What the file is."""

        PDF = "pdf", _("PDF")
        CSV = "csv", _("CSV of the document")
        USAGE_CSV = "usage_csv", _("CSV of the usage behind it")
        XLSX = "xlsx", _("workbook of lines, taxes and usage")
        UBL = "ubl", _("e-invoice as UBL")
        CII = "cii", _("e-invoice as CII")
        FACTURX = "facturx", _("PDF with the e-invoice in it (Factur-X)")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="artefacts", verbose_name=_("document"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    language = models.CharField(_("language"), max_length=8, blank=True)
    file_name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("content type"), max_length=80)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField(_("made at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["document", "kind", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document", "kind", "language"],
                name="one_file_per_kind_and_language",
                violation_error_message=_("This file is already made."),
            )
        ]

    def __str__(self) -> str:
        return self.file_name
