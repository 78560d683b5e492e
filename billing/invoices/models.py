"""Documents: drafts that are rebuilt from usage, and issued ones that never change."""

from billing.invoices.documents import Document, DocumentTax, NumberSeries
from billing.invoices.lines import Charge, DocumentLine

__all__ = ["Charge", "Document", "DocumentLine", "DocumentTax", "NumberSeries"]
