"""Forms of action pages, with unfold's widgets."""

from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

__all__ = ["AskForm", "MomentField", "TypedNameForm", "posted"]


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; None while the page is only looked at. An empty form that was sent is sent, too."""
    return request.POST if request.method == "POST" else None


class MomentField(forms.SplitDateTimeField):
    """An instant, typed as day and time in the operator's time zone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("In the operator's time zone."))
        super().__init__(widget=UnfoldAdminSplitDateTimeWidget(), **kwargs)


class AskForm(forms.Form):
    """The base: a form without fields is a plain “are you sure?”."""


class TypedNameForm(AskForm):
    """Asks for a name to be typed, so that nobody does by mistake what cannot be undone."""

    typed = forms.CharField(
        label=gettext_lazy("Type the name to confirm"), required=False, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name
        self.fields["typed"].help_text = _("Type exactly: %(name)s") % {"name": name}

    def clean_typed(self) -> str:
        """Refuse anything but the name."""
        typed = str(self.cleaned_data["typed"]).strip()
        if typed != self.name:
            raise forms.ValidationError(_("This is not the name. Type exactly: %(name)s") % {"name": self.name})
        return typed
