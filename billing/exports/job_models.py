"""Tables of exports that take a while: what was asked for, how far it is, and the file; and the ledger's accounts."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.contracts.models import BillingEntity
from seatline.ids import new_id


class ExportJob(models.Model):
    """An export over many documents of a seller; its file lies in the house's folder, its hash here."""

    class Kind(models.TextChoices):
        """What is made."""

        PERIOD = "period", _("all files of a period as ZIP")
        JOURNAL = "journal", _("journal for the ledger")
        DOCUMENTS = "documents", _("list of documents, lines and taxes")
        OPEN_ITEMS = "open_items", _("open items and ageing")
        FAPIAO = "fapiao", _("batch file for fapiao")

    class Status(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="+", verbose_name=_("seller"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    starts_on = models.DateField(_("from"), help_text=_("Documents issued on this day or later."))
    ends_on = models.DateField(_("until"), help_text=_("The day after the last day."))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("in all"), default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    file_name = models.CharField(_("file name"), max_length=120, blank=True)
    file_size = models.BigIntegerField(_("bytes"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    error = models.TextField(_("error"), blank=True, help_text=_("The sentence, with places for its details."))
    error_details = models.JSONField(_("details of the error"), default=dict)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_on:%Y-%m-%d}"


class LedgerAccount(models.Model):
    """An account of the seller's ledger for a purpose, or for a purpose and tax code."""

    class Purpose(models.TextChoices):
        """What is posted there."""

        RECEIVABLE = "receivable", _("receivables")
        REVENUE = "revenue", _("revenue")
        TAX = "tax", _("output tax")
        BANK = "bank", _("bank")
        WRITE_OFF = "write_off", _("bad debts")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(BillingEntity, models.CASCADE, related_name="ledger", verbose_name=_("seller"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    tax_code = models.SlugField(
        _("tax code"), max_length=32, blank=True, help_text=_("Empty: for every code that has no account of its own.")
    )
    account = models.CharField(_("account"), max_length=20)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        ordering = ["entity", "purpose", "tax_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "purpose", "tax_code"],
                name="one_account_per_purpose",
                violation_error_message=_("This seller already has an account for that."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.account}"
