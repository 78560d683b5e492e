"""Tables of a billing run: what is done for many contracts at once, and how far it has come.

Rules of this file: a run holds no amount. Its documents do, and the hash of what stood on each when it was prepared.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.contracts.models import BillingEntity, Contract
from billing.invoices.models import Document
from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class BillingRun(models.Model):
    """All periods of a seller's contracts that end by a day: prepared together, approved together, issued together."""

    class Status(models.TextChoices):
        """How far the run has come."""

        PREPARING = "preparing", _("being prepared")
        PREPARED = "prepared", _("waits for approval")
        ISSUING = "issuing", _("being issued")
        DONE = "done", _("done")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(BillingEntity, models.PROTECT, related_name="runs", verbose_name=_("seller"))
    closes_on = models.DateField(_("closes on"), help_text=_("Periods that end on or before this day are billed."))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PREPARING)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_sha256 = models.CharField(
        _("hash of what was approved"), max_length=64, blank=True, help_text=_("SHA-256 over the documents' hashes.")
    )

    class Meta:
        verbose_name = _("billing run")
        verbose_name_plural = _("billing runs")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity"],
                name="one_open_run_per_seller",
                condition=Q(status__in=["preparing", "prepared", "issuing"]),
                violation_error_message=_("A run of this seller is under way: finish or withdraw it first."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("started_by")),
                name="run_approved_by_another",
                violation_error_message=_("Another person than the one who started the run approves it."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["preparing", "prepared", "withdrawn"], approved_by__isnull=True)
                | Q(status__in=["issuing", "done"], approved_by__isnull=False, approved_at__isnull=False),
                name="run_signed_as_its_status_says",
                violation_error_message=_("A run is issued only after its approval."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity.code.upper()} · {self.closes_on:%Y-%m-%d}"


class RunItem(models.Model):
    """One contract of a run: worked off in a transaction of its own, so that one that fails stops no other."""

    class Status(models.TextChoices):
        """What became of the contract."""

        WAITING = "waiting", _("waiting")
        PREPARED = "prepared", _("prepared")
        NOTHING = "nothing", _("nothing to bill")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    run = models.ForeignKey(BillingRun, models.PROTECT, related_name="items", verbose_name=_("run"))
    contract = models.ForeignKey(Contract, models.PROTECT, related_name="+", verbose_name=_("contract"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    error = models.TextField(_("error"), blank=True, help_text=_("The sentence, with places for its details."))
    error_details = models.JSONField(_("details of the error"), default=dict)
    worked_at = models.DateTimeField(_("worked off at"), null=True, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("contract of a run")
        verbose_name_plural = _("contracts of a run")
        ordering = ["run", "contract__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "run", "contract"],
                name="contract_once_per_run",
                violation_error_message=_("This contract is already in the run."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.run} · {self.contract}"


class RunDocument(models.Model):
    """A document that a run has prepared, and the hash of what the second person approves."""

    class Status(models.TextChoices):
        """How far the run has brought it."""

        PREPARED = "prepared", _("prepared")
        ISSUED = "issued", _("issued")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    item = models.ForeignKey(RunItem, models.PROTECT, related_name="documents", verbose_name=_("contract of a run"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="runs", verbose_name=_("document"))
    content_sha256 = models.CharField(_("hash of the content"), max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PREPARED)
    error = models.TextField(_("error"), blank=True, help_text=_("The sentence, with places for its details."))
    error_details = models.JSONField(_("details of the error"), default=dict)

    objects = TenantManager()

    class Meta:
        verbose_name = _("document of a run")
        verbose_name_plural = _("documents of a run")
        ordering = ["item", "document__starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "item", "document"],
                name="document_once_per_run",
                violation_error_message=_("This document is already in the run."),
            )
        ]

    def __str__(self) -> str:
        return str(self.document)
