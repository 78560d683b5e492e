"""The lines and taxes of a document, as tables of its page."""

from datetime import timedelta

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from billing.invoices.models import DocumentLine, DocumentTax
from billing.rating.trace import unit_name
from seatline.panel.base import WindowTabular
from seatline.panel.show import figure, link, money, plain, whole

ONE_DAY = timedelta(days=1)


def reads_chinese() -> bool:
    """Whether the screen is in Chinese."""
    return (get_language() or "").startswith("zh")


class LineInline(WindowTabular):
    """Lines with their arithmetic; each opens to what it is made of."""

    model = DocumentLine
    fields = ("position", "text_shown", "period", "quantity_shown", "price", "net", "rate", "open")
    readonly_fields = fields
    ordering = ("position",)
    verbose_name_plural = gettext_lazy("lines")

    @display(description=gettext_lazy("text and calculation"))
    def text_shown(self, line: DocumentLine) -> str:
        """The text, and below it the arithmetic in words."""
        text, words = (line.text_zh, line.words_zh) if reads_chinese() else (line.text, line.words)
        return format_html('<span class="sl-line"><b>{}</b><small>{}</small></span>', text, words)

    @display(description=gettext_lazy("period"))
    def period(self, line: DocumentLine) -> str:
        """First and last day."""
        return whole(f"{line.starts_on:%Y-%m-%d} – {line.ends_on - ONE_DAY:%m-%d}")

    @display(description=gettext_lazy("quantity"))
    def quantity_shown(self, line: DocumentLine) -> str:
        """With its unit."""
        return figure(
            f"{plain(line.quantity)} {unit_name(line.unit, 'zh-hans' if reads_chinese() else 'en', line.quantity)}"
        )

    @display(description=gettext_lazy("unit price"))
    def price(self, line: DocumentLine) -> str:
        """Without the zeros at its end."""
        return figure(plain(line.unit_price))

    @display(description=gettext_lazy("net amount"))
    def net(self, line: DocumentLine) -> str:
        """The amount."""
        return money(line.amount)

    @display(description=gettext_lazy("tax"))
    def rate(self, line: DocumentLine) -> str:
        """The rate."""
        return figure(f"{plain(line.tax_rate)} %")

    @display(description=gettext_lazy("made of"))
    def open(self, line: DocumentLine) -> str:
        """To the calls and days behind the line."""
        return link(reverse("admin:billing_document_sources", args=[line.document_id, line.pk]), _("calls and days"))


class TaxInline(WindowTabular):
    """Tax by rate."""

    model = DocumentTax
    fields = ("name_shown", "rate", "base_shown", "amount_shown")
    readonly_fields = fields
    verbose_name_plural = gettext_lazy("tax")

    @display(description=gettext_lazy("name"))
    def name_shown(self, tax: DocumentTax) -> str:
        """In the language of the screen."""
        return tax.name_zh if reads_chinese() and tax.name_zh else tax.name

    @display(description=gettext_lazy("rate in percent"))
    def rate(self, tax: DocumentTax) -> str:
        """In percent."""
        return figure(f"{plain(tax.rate_percent)} %")

    @display(description=gettext_lazy("base"))
    def base_shown(self, tax: DocumentTax) -> str:
        """What is taxed."""
        return money(tax.base)

    @display(description=gettext_lazy("amount"))
    def amount_shown(self, tax: DocumentTax) -> str:
        """The tax."""
        return money(tax.amount)
