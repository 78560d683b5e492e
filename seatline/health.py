"""`/healthz`: the web lives and PostgreSQL answers it. For `./run`, doctor and load balancers; it tells no more."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 `{"ok": true}`, or 503 if PostgreSQL does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"ok": False, "why": "PostgreSQL does not answer"}, status=503)
    return JsonResponse({"ok": True})
