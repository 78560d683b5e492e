"""What the editor's pages have in common: their addresses, the flow that they are about, and who may open them."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from telephony.plans.models import Flow


class FlowPages:
    """Pages below a flow's address within the admin of flows, which finds rows and knows rights."""

    def __init__(self, admin: Any) -> None:
        self.admin = admin

    def paths(self, pages: Sequence[tuple[str, str, Callable[..., Any]]]) -> list[Any]:
        """The addresses of pages: what follows the editor's own, what follows its name, and the view."""
        wrap = self.admin.admin_site.admin_view
        return [
            path(f"<uuid:flow_id>/editor/{address}", wrap(page), name=f"telephony_flow_editor{name}")
            for address, name, page in pages
        ]

    def flow(self, request: HttpRequest, flow_id: object) -> Flow:
        """The flow, for whom may work at it; another page else."""
        if not request.user.has_perm("telephony.change_flowversion"):
            raise PermissionDenied
        found: Flow = self.admin.found(request, str(flow_id))
        return found

    def address(self, flow: Flow) -> str:
        """The editor's address."""
        return reverse("admin:telephony_flow_editor", args=[flow.pk])

    def to(self, flow: Flow, step: str = "") -> HttpResponse:
        """To the editor, at a step."""
        return redirect(f"{self.address(flow)}?{urlencode({'step': step})}" if step else self.address(flow))
