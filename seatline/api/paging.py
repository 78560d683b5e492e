"""Lists in pages, by cursor: a page costs the same wherever it lies, and rows that come meanwhile shift nothing."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination

from seatline.errors import BadInput


class CursorUnreadable(BadInput):
    """This cursor is none of ours; begin again without one, and follow `next`."""


class Pages(CursorPagination):
    """`?page_size=` up to 200, then follow `next` and `previous`."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    cursor_query_param = "cursor"

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """The view's own order, which ends with the id so that it is total."""
        return tuple(view.ordering)

    def decode_cursor(self, request: Any) -> Any:
        """Refuse what we did not make as bad input, not as something that is not there."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise CursorUnreadable from error
