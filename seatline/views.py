"""Pages that belong to no floor: health, the language, and the live calls of the operator."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language as django_set_language

from seatline import clock, readiness
from seatline.dashboard import dashboard, live_calls
from tenants.accounts.models import Language, User


@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive. Asks nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_GET
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers and is as new as we are. What ails calls alone is a remark."""
    wrong = list(readiness.faults())
    lines = wrong or ["ready", *readiness.remarks()]
    return HttpResponse("\n".join([*lines, ""]), status=503 if wrong else 200, content_type="text/plain")


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of the screens, and remember it for the person."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in Language.values and check_for_language(language):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return django_set_language(request)


@permission_required("telephony.view_call", raise_exception=True)
def live(request: HttpRequest) -> TemplateResponse:
    """Calls that go on; the table fetches itself anew every two seconds."""
    at = clock.now()
    context = {**admin.site.each_context(request), "title": _("Live calls"), "live": live_calls(at)}
    return TemplateResponse(request, "panel/live.html", context)


@never_cache
@permission_required("telephony.view_call", raise_exception=True)
def live_rows(request: HttpRequest) -> TemplateResponse:
    """The table alone, for the page that fetches it."""
    return TemplateResponse(request, "panel/live_rows.html", {"live": live_calls(clock.now())})


@never_cache
def cards(request: HttpRequest) -> TemplateResponse:
    """The moving cards of the first page."""
    return TemplateResponse(request, "panel/cards.html", dashboard(request, {"poll": reverse("cards")}))
