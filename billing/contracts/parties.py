"""The two parties of a bill, seller and buyer, and the tax rules by date."""

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.rating.money import places
from seatline.ids import new_id
from tenants.accounts.models import Language, real_time_zone
from tenants.accounts.scope import TenantManager

_FOUR_DIGITS = RegexValidator(r"^[0-9]{4}$", _("Write the scheme as four digits, such as 9930."))
_THREE_LETTERS = RegexValidator(r"^[A-Z]{3}$", _("Write the currency as three capital letters, such as CNY."))


def currency_code(code: str) -> None:
    """Refuse what is no currency code, and currencies whose smallest unit the columns of documents cannot hold."""
    _THREE_LETTERS(code)
    if places(code) > 2:
        raise ValidationError(
            _("Documents in %(code)s need three decimals and cannot be made yet."), params={"code": code}
        )


class BillingEntity(models.Model):
    """A legal entity of the operator that issues documents: the seller."""

    class TaxRounding(models.TextChoices):
        """Where tax is rounded to the cent."""

        PER_RATE = "per_rate", _("once per rate, on the sum of the lines (EU)")
        PER_LINE = "per_line", _("on every line (China)")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(
        _("code"), max_length=16, unique=True, help_text=_("Stands in document numbers; cannot change later.")
    )
    legal_name = models.CharField(_("legal name"), max_length=200)
    legal_name_zh = models.CharField(_("Chinese legal name"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300)
    address_zh = models.CharField(_("Chinese address"), max_length=300, blank=True)
    country = models.CharField(_("country"), max_length=2, default="CN", validators=[RegexValidator(r"^[A-Z]{2}$")])
    tax_id = models.CharField(_("tax id"), max_length=40, help_text=_("In China the unified social credit code."))
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    bank_name = models.CharField(_("bank"), max_length=200, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=60, blank=True)
    bank_code = models.CharField(_("bank code"), max_length=20, blank=True, help_text=_("BIC, printed beside an IBAN."))
    electronic_address = models.CharField(
        _("electronic address"), max_length=60, blank=True, help_text=_("For e-invoices, such as a VAT number or GLN.")
    )
    electronic_scheme = models.CharField(
        _("scheme of the electronic address"),
        max_length=4,
        blank=True,
        validators=[_FOUR_DIGITS],
        help_text=_("Four digits of the EAS list, such as 9930 for a German VAT number."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Asia/Shanghai",
        validators=[real_time_zone],
        help_text=_("The date of issue follows it."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY", validators=[currency_code])
    tax_rounding = models.CharField(
        _("rounding of tax"), max_length=8, choices=TaxRounding, default=TaxRounding.PER_LINE
    )

    class Meta:
        verbose_name = _("billing entity")
        verbose_name_plural = _("billing entities")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.legal_name


class TenantBilling(models.Model):
    """A tenant as a buyer: what is printed on its documents and how it pays."""

    class TaxTreatment(models.TextChoices):
        """Who owes the tax, where it is not simply added."""

        DOMESTIC = "domestic", _("tax is added")
        REVERSE_CHARGE = "reverse_charge", _("reverse charge: the buyer owes the tax")
        EXPORT = "export", _("export of services: no tax is charged")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.OneToOneField("tenants.Tenant", models.PROTECT, related_name="billing", verbose_name=_("tenant"))
    legal_name = models.CharField(_("legal name"), max_length=200)
    legal_name_zh = models.CharField(_("Chinese legal name"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=300)
    address_zh = models.CharField(_("Chinese address"), max_length=300, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=40)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, help_text=_("China's fapiao prints it."))
    bank_name = models.CharField(_("bank"), max_length=200, blank=True)
    bank_account = models.CharField(_("bank account"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail for invoices"), blank=True)
    language = models.CharField(_("language of documents"), max_length=8, choices=Language, default=Language.CHINESE)
    payment_terms_days = models.PositiveSmallIntegerField(
        _("days to pay"), default=30, help_text=_("Counted from the date of issue.")
    )
    country = models.CharField(_("country"), max_length=2, default="CN", validators=[RegexValidator(r"^[A-Z]{2}$")])
    tax_treatment = models.CharField(
        _("tax treatment"),
        max_length=16,
        choices=TaxTreatment,
        default=TaxTreatment.DOMESTIC,
        help_text=_("Decides the tax of documents calculated from now on; issued ones stay."),
    )
    electronic_address = models.CharField(
        _("electronic address"), max_length=60, blank=True, help_text=_("For e-invoices, such as a VAT number or GLN.")
    )
    electronic_scheme = models.CharField(
        _("scheme of the electronic address"),
        max_length=4,
        blank=True,
        validators=[_FOUR_DIGITS],
        help_text=_("Four digits of the EAS list, such as 9930 for a German VAT number."),
    )
    buyer_reference = models.CharField(
        _("buyer reference"), max_length=60, blank=True, help_text=_("What the buyer wants to read on e-invoices.")
    )
    purchase_order = models.CharField(_("purchase order"), max_length=60, blank=True)

    objects = TenantManager()

    class Meta:
        verbose_name = _("buyer")
        verbose_name_plural = _("buyers")

    def __str__(self) -> str:
        return self.legal_name


class TaxRule(models.Model):
    """The rate of a tax code from a day on, until the next rule of the same code.

    A rule has no end of its own, so two rules of one code cannot overlap. The rate follows the day of the service (the
    tax point), never the day of issue.
    """

    class Category(models.TextChoices):
        """The categories of EN 16931 (UNCL 5305) that the house uses."""

        STANDARD = "S", _("taxed")
        ZERO = "Z", _("zero rate")
        EXEMPT = "E", _("exempt")
        REVERSE_CHARGE = "AE", _("reverse charge")
        EXPORT = "G", _("export, not charged")
        OUTSIDE = "O", _("outside the scope of tax")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("tax code"), max_length=32)
    starts_on = models.DateField(_("in force from"))
    rate_percent = models.DecimalField(
        _("rate in percent"), max_digits=6, decimal_places=3, validators=[MinValueValidator(0)]
    )
    name = models.CharField(_("name on documents"), max_length=80)
    name_zh = models.CharField(_("Chinese name on documents"), max_length=80, blank=True)
    category = models.CharField(
        _("category"), max_length=2, choices=Category, default=Category.STANDARD, help_text=_("As e-invoices name it.")
    )
    exemption_text = models.CharField(_("why no tax is due"), max_length=200, blank=True)
    exemption_text_zh = models.CharField(_("why no tax is due, in Chinese"), max_length=200, blank=True)
    cn_item_code = models.CharField(
        _("China's tax category code"),
        max_length=19,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{19}$", _("China's tax category codes have 19 digits."))],
        help_text=_("税收分类编码 of the fapiao; the accountant chooses it."),
    )
    cn_item_name = models.CharField(
        _("China's short category name"), max_length=40, blank=True, help_text=_("Printed as *name* on the fapiao.")
    )

    class Meta:
        verbose_name = _("tax rule")
        verbose_name_plural = _("tax rules")
        ordering = ["code", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "starts_on"],
                name="one_tax_rate_per_day",
                violation_error_message=_("This tax code already has a rate from that day."),
            ),
            models.CheckConstraint(
                condition=models.Q(rate_percent__gte=0, rate_percent__lte=100),
                name="tax_rate_is_a_percentage",
                violation_error_message=_("The rate is a percentage between 0 and 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.rate_percent.normalize():f} %"
