"""The model admins that all others derive from.

A page parses, calls one service and shows. A `SeatlineError` that the service raises stands on the form in words, with
everything that was typed, and nothing is written: the whole form runs in one savepoint.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import Model
from django.forms import Form, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from seatline.errors import SeatlineError
from seatline.panel.plan import tell_switch
from seatline.panel.said import said

__all__ = ["PanelAdmin", "PanelStacked", "PanelTabular", "WindowAdmin", "WindowTabular"]


class PanelAdmin(ModelAdmin):  # type: ignore[misc] # unfold has no types
    """A model admin with refusals on the form, action pages, and a helpful word where a list is empty."""

    list_per_page = 50
    show_full_result_count = False
    warn_unsaved_form = True
    list_filter_submit = True
    #: What an empty list tells: the next action.
    empty_hint: Any = None
    #: Whether the switch must read its plan again after a change.
    touches_plan = False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; shown again with the sentence if a service refuses."""
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except SeatlineError as error:
            request.refusal = error  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        """The form, which fails with the refusal of a try before, if there was one."""
        form: type[ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        refusal: SeatlineError | None = getattr(request, "refusal", None)
        if refusal is None:
            return form
        sentence = said(refusal)

        class Refused(form):  # type: ignore[valid-type, misc]
            def _clean_form(self) -> None:
                super()._clean_form()
                self.add_error(None, sentence)

        return Refused

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and tell the switch if it obeys this table."""
        super().save_model(request, obj, form, change)
        if self.touches_plan:
            tell_switch()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, and tell the switch if it obeys this table."""
        super().delete_model(request, obj)
        if self.touches_plan:
            tell_switch()

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """The actions that the person may do and that this row is ready for."""
        allowed = super().get_actions_detail(request, object_id)
        row = self.get_object(request, str(object_id))
        return [one for one in allowed if row is None or self.offers(row, one.method.original_function_name)]

    def offers(self, row: Any, name: str) -> bool:
        """Whether an action makes sense for this row now; the service has the last word."""
        return True

    def found(self, request: HttpRequest, object_id: str) -> Any:
        """The row of an action's address, or a page that says there is none."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def page_of(self, row: Model) -> str:
        """The address of a row's page."""
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    def ask(
        self,
        request: HttpRequest,
        row: Any,
        form: Form,
        do: Any,
        *,
        title: Any,
        submit: Any,
        text: Any = "",
        facts: Any = (),
        danger: bool = False,
        back: str = "",
        also: Sequence[tuple[str, str]] = (),
    ) -> HttpResponseBase:
        """A page that asks `form` (its data bound on POST), then calls `do()`.

        `do` gives back the sentence to show, or a response of its own; a refusal stands on the form. `also`: addresses
        and labels of other things that can be done here by one press.
        """
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    outcome = do()
                    if row is not None:
                        self.note(request, row, str(title))
                    if self.touches_plan:
                        tell_switch()
                if isinstance(outcome, HttpResponseBase):
                    return outcome
                messages.success(request, outcome)
                return redirect(self.page_of(row) if row is not None else "..")
            except SeatlineError as error:
                form.add_error(None, said(error))
        return TemplateResponse(
            request,
            "panel/ask.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "original": row,
                "back": back or (self.page_of(row) if row is not None else ".."),
                "form": form,
                "submit": submit,
                "text": text,
                "facts": facts,
                "danger": danger,
                "also": also,
            },
            status=422 if form.errors else 200,
        )

    def secret(self, request: HttpRequest, *, title: Any, text: Any, secrets: Any, back: str) -> HttpResponse:
        """A page that shows a secret once: it is kept by no cache, no message and no table."""
        response = TemplateResponse(
            request,
            "panel/secret.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "opts": self.opts,
                "text": text,
                "secrets": secrets,
                "back": back,
            },
        )
        response["Cache-Control"] = "no-store"
        return response

    def note(self, request: HttpRequest, row: Model, what: str) -> None:
        """Write the act into the admin's history."""
        LogEntry.objects.create(
            user_id=str(request.user.pk),
            content_type_id=_content_type(row),
            object_id=str(row.pk),
            object_repr=str(row)[:200],
            action_flag=CHANGE,
            change_message=what,
        )


def _content_type(row: Model) -> int:
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415 - apps are not loaded when this is read

    return int(ContentType.objects.get_for_model(row).pk)


class WindowAdmin(PanelAdmin):
    """A table to look at: nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False


class PanelTabular(TabularInline):  # type: ignore[misc]
    """Rows within another form."""

    extra = 0
    hide_title = True


class PanelStacked(StackedInline):  # type: ignore[misc]
    """Blocks within another form."""

    extra = 0


class WindowTabular(PanelTabular):
    """Rows to look at within another form."""

    can_delete = False
    show_change_link = False
    verbose_name = _("entry")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never."""
        return False
