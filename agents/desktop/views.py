"""Come and go at the desk."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from agents.desktop.entry import come_in, go_out
from seatline import clock
from seatline.errors import SeatlineError
from seatline.panel.said import said


@sensitive_post_parameters("pin")
@never_cache
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Agent number and PIN, those of the telephone."""
    refusal, number, status = "", request.POST.get("number", "").strip(), 200
    where = request.POST.get("next") or request.GET.get("next", "")
    if request.method == "POST":
        try:
            come_in(request, number, request.POST.get("pin", ""), clock.now())
            return redirect(where if _is_ours(request, where) else "desk")
        except SeatlineError as error:
            refusal, status = said(error), error.status
    return render(request, "desk/login.html", {"refusal": refusal, "number": number, "next": where}, status=status)


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Leave the desk's page; whoever is at work stays so, on the phone at which he is."""
    go_out(request)
    return redirect("desk_login")


def _is_ours(request: HttpRequest, where: str) -> bool:
    """An address of the desk on this host, and no other page."""
    return where.startswith("/desk/") and url_has_allowed_host_and_scheme(where, {request.get_host()})
