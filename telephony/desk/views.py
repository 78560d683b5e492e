"""The desk's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agents.desktop.entry import DeskAgent, desk_only


@require_GET
@desk_only
def desk(request: HttpRequest, agent: DeskAgent) -> HttpResponse:
    """The whole page; what changes on it comes by itself."""
    return render(request, "desk/desk.html", {"agent": agent})
