"""Tables of a tenant's customers. The tenant's people alone have rights on them: the operator's staff see none."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from seatline.ids import new_id
from tenants.accounts.scope import TenantManager


class CustomerForm(models.Model):
    """The fields that a tenant keeps of its customers, beside name and numbers; one row per tenant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    definition = models.JSONField(_("definition"), default=list, help_text=_("As tenants/forms/rules.py reads it."))
    changed_at = models.DateTimeField(_("changed at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("customers' form")
        verbose_name_plural = _("customers' forms")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], name="one_form_of_customers",
                violation_error_message=_("There is already a form of customers: change that one."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{len(self.definition)}"


class Customer(models.Model):
    """A person or firm that has to do with the tenant. One that is part of another was merged into it, and keeps all
    that it had (ADR 51)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    answers = models.JSONField(_("fields"), default=dict, help_text=_("By the codes of the tenant's own fields."))
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("merged into")
    )
    search = SearchVectorField(_("terms"), null=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, help_text=_("Counts changes."))
    created_at = models.DateTimeField(_("created at"))
    changed_at = models.DateTimeField(_("changed at"))

    objects = TenantManager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["-changed_at", "id"]
        indexes = [
            GinIndex(fields=["search"], name="customers_by_terms"),
            models.Index(fields=["tenant", "-changed_at", "id"], name="customers_of_tenant"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(part_of=models.F("id")), name="customer_is_no_part_of_itself",
                violation_error_message=_("A customer cannot be merged with itself."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name or str(self.id)


class CustomerNumber(models.Model):
    """A telephone number of a customer. Several customers may share one: a family, a firm."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="numbers", verbose_name=_("customer"))
    e164 = models.CharField(_("number"), max_length=16, validators=[RegexValidator(r"^\+[1-9]\d{2,14}$")])
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = TenantManager()

    class Meta:
        verbose_name = _("customer's number")
        verbose_name_plural = _("customers' numbers")
        ordering = ["customer", "position", "e164"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "e164", "customer"], name="number_once_per_customer",
                violation_error_message=_("The customer has this number already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.e164


class CustomerMerge(models.Model):
    """That a customer was merged into another, and what it takes to undo it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges", verbose_name=_("customer"))
    merged = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("merged customer"))
    parts = models.JSONField(_("parts"), default=list, help_text=_("Ids of those that came along."))
    filled = models.JSONField(_("filled in"), default=dict, help_text=_("Fields that were empty and are so no more."))
    merged_at = models.DateTimeField(_("merged at"))
    merged_by = models.CharField(_("merged by"), max_length=150)
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "merged"], condition=models.Q(undone_at=None), name="customer_is_merged_once",
                violation_error_message=_("This customer is merged already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.merged} → {self.kept}"


class CustomerImport(models.Model):
    """A file of customers: looked at first, then taken. Its content goes when that is decided."""

    class State(models.TextChoices):
        """How far it is."""

        LOOKED_AT = "looked_at", _("looked at")
        DONE = "done", _("imported")
        DROPPED = "dropped", _("dropped")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", models.PROTECT, related_name="+", verbose_name=_("tenant"))
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(_("content"), null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.LOOKED_AT)
    counts = models.JSONField(_("counts"), default=dict, help_text=_("Rows by what becomes of them."))
    report = models.JSONField(_("report"), default=list, help_text=_("What is wrong, row by row."))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=150)
    done_at = models.DateTimeField(_("done at"), null=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("import of customers")
        verbose_name_plural = _("imports of customers")
        ordering = ["-made_at", "id"]
        indexes = [models.Index(fields=["tenant", "-made_at"], name="imports_of_tenant")]

    def __str__(self) -> str:
        return self.file_name
