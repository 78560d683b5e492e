"""Tables of the document as a whole: its head, its taxes, and the series its number comes from.

Rules of this file: nothing printed on an issued document is read from anywhere else; seller and buyer are copies. What
happens to a document after its issue (paid, overdue, credited) is derived from other rows, never written on it.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.contracts.models import BillingEntity, Contract
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class NumberSeries(models.Model):
    """The counter of document numbers of one entity, type and year: 1, 2, 3 … without a gap.

    The row is raised by the last statement of the issuing transaction, so that a rollback gives the number back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="series", verbose_name=_("seller"))
    doc_type = models.CharField(_("type"), max_length=12)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number series")
        verbose_name_plural = _("number series")
        ordering = ["entity", "doc_type", "year"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "doc_type", "year"], name="one_series_per_type_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.entity.code} {self.doc_type} {self.year}: {self.last_number}"


class Document(models.Model):
    """An invoice or credit note of one contract and one period, from draft to issue."""

    class Type(models.TextChoices):
        """What the document is."""

        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")

    class Status(models.TextChoices):
        """How far the document has come."""

        DRAFT = "draft", _("draft")  # rebuilt from usage whenever it is refreshed
        PREPARED = "prepared", _("prepared")  # its lines stand still, waiting for the second person
        APPROVED = "approved", _("approved")  # a second person has approved; no number yet
        ISSUED = "issued", _("issued")  # numbered; nothing changes any more

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="documents", verbose_name=_("tenant"))
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="documents", verbose_name=_("contract"))
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="documents", verbose_name=_("seller"))
    doc_type = models.CharField(_("type"), max_length=12, choices=Type, default=Type.INVOICE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    interim = models.BooleanField(
        _("interim"), default=False, help_text=_("Bills a period that is still running, up to the day it was prepared.")
    )
    starts_on = models.DateField(_("period from"))
    ends_on = models.DateField(_("period until"), help_text=_("The day after the last day of the period."))
    counted_to = models.DateField(_("counted until"), help_text=_("The day after the last day that is counted."))
    tax_point = models.DateField(_("tax point"), help_text=_("The last day of service; it decides the tax rates."))
    contract_number = models.CharField(_("contract number"), max_length=40)
    time_zone = models.CharField(_("time zone"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    tax_rounding = models.CharField(_("rounding of tax"), max_length=8, choices=BillingEntity.TaxRounding)
    net = models.DecimalField(_("net"), max_digits=18, decimal_places=2, default=Decimal(0))
    tax = models.DecimalField(_("tax"), max_digits=18, decimal_places=2, default=Decimal(0))
    gross = models.DecimalField(_("gross"), max_digits=18, decimal_places=2, default=Decimal(0))
    seller = models.JSONField(_("seller as printed"), default=dict)
    buyer = models.JSONField(_("buyer as printed"), default=dict)
    usage_summary = models.JSONField(_("calls of the period"), default=list)
    account = models.JSONField(
        _("account as printed"),
        default=dict,
        help_text=_("Balance before this document, payments since the last one, balance after; frozen at issue."),
    )
    usage_to = models.BigIntegerField(
        _("usage counted up to"), default=0, help_text=_("The last usage record that this document has seen.")
    )
    rated_at = models.DateTimeField(_("calculated at"))
    content_sha256 = models.CharField(
        _("hash of the content"),
        max_length=64,
        blank=True,
        help_text=_("SHA-256 of everything printed but the number and dates."),
    )
    refers = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        verbose_name=_("credits the invoice"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    bill_again = models.BooleanField(
        _("bill again"), default=False, help_text=_("The credited amounts return to the next draft of the period.")
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("prepared by")
    )
    prepared_at = models.DateTimeField(_("prepared at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    series = models.ForeignKey(NumberSeries, models.PROTECT, null=True, blank=True, related_name="documents")
    serial = models.PositiveIntegerField(_("place in the series"), null=True, blank=True)
    number = models.CharField(_("number"), max_length=40, null=True, blank=True)
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-starts_on", "tenant"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "contract", "starts_on"],
                name="one_open_invoice_per_period",
                condition=Q(doc_type="invoice") & ~Q(status="issued"),
                violation_error_message=_("This period already has an invoice that is not issued yet."),
            ),
            # Without the tenant in front: a series runs over all tenants of the entity.
            models.UniqueConstraint(fields=["series", "serial"], name="number_once_per_series"),
            models.CheckConstraint(
                condition=Q(prepared_by__isnull=True) | Q(approved_by__isnull=True) | ~Q(prepared_by=F("approved_by")),
                name="document_approved_by_another",
                violation_error_message=_("Another person than the one who prepared the document approves it."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="issued")
                    & Q(number__isnull=False, series__isnull=False, serial__isnull=False)
                    & Q(issued_at__isnull=False, issued_on__isnull=False, due_on__isnull=False)
                )
                | (
                    ~Q(status="issued")
                    & Q(number__isnull=True, series__isnull=True, serial__isnull=True, issued_at__isnull=True)
                ),
                name="number_means_issued",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", prepared_by__isnull=True, approved_by__isnull=True)
                | Q(status="prepared", prepared_by__isnull=False, approved_by__isnull=True)
                | Q(status__in=["approved", "issued"], prepared_by__isnull=False, approved_by__isnull=False),
                name="document_signed_as_its_status_says",
            ),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="gross_is_net_and_tax"),
            models.CheckConstraint(
                condition=Q(doc_type="credit_note", refers__isnull=False) | Q(doc_type="invoice", refers__isnull=True),
                name="credit_note_refers_to_an_invoice",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_status_display()} {self.starts_on:%Y-%m-%d}"


class DocumentTax(models.Model):
    """The tax of one code on a document: base, rate and amount as printed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    document = models.ForeignKey(Document, models.CASCADE, related_name="taxes", verbose_name=_("document"))
    tax_code = models.CharField(_("tax code"), max_length=32)
    name = models.CharField(_("name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    rate_percent = models.DecimalField(_("rate in percent"), max_digits=6, decimal_places=3)
    base = models.DecimalField(_("base"), max_digits=18, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    category = models.CharField(_("category"), max_length=2, default="S")
    exemption_text = models.CharField(_("why no tax is due"), max_length=200, blank=True)
    exemption_text_zh = models.CharField(_("why no tax is due, in Chinese"), max_length=200, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("tax of a document")
        verbose_name_plural = _("taxes of a document")
        ordering = ["document", "tax_code", "rate_percent"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "document", "tax_code", "rate_percent"], name="tax_code_once_per_document"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tax_code} {self.amount}"
