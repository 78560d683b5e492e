"""All customers as a table, as an import takes it back. The rows are read in batches."""

from collections.abc import Iterator

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from seatline.sheets import Cell
from tenants.customers.models import Customer
from tenants.customers.services import form_of_customers
from tenants.forms.words import answer_in_words, label

_AT_ONCE = 2000


def customers_table() -> tuple[list[str], Iterator[list[Cell]]]:
    """Column titles in the language of the screen, and the rows. Merged customers stand in the row of the whole.

    The rows must be taken within the tenant's scope, in which this is called.
    """
    chinese = (get_language() or "").startswith("zh")
    form = form_of_customers()
    rows = Customer.objects.filter(part_of=None).defer("search").order_by("created_at", "id")
    rows = rows.prefetch_related("numbers", "parts__numbers")

    def cells() -> Iterator[list[Cell]]:
        for row in rows.iterator(_AT_ONCE):
            numbers = [one.e164 for part in (row, *row.parts.all()) for one in part.numbers.all()]
            said = [
                answer_in_words(one, row.answers[one.code], chinese) if one.code in row.answers else "" for one in form
            ]
            yield [row.name, ";".join(dict.fromkeys(numbers)), *said]

    return [_("name"), _("number"), *(label(one, chinese) for one in form)], cells()
