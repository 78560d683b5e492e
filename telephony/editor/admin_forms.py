"""Forms of the editor's asking pages."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from seatline.panel.forms import AskForm


class RemoveForm(AskForm):
    """Where ways to a step that goes shall lead."""

    lead_to = forms.ChoiceField(
        label=gettext_lazy("lead them to"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("Without a choice they lead to nothing, and the steps where they begin are marked."),
    )

    def __init__(self, *args: Any, others: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            self.fields["lead_to"].choices = [("", _("nothing")), *((name, name) for name in others)]  # type: ignore[attr-defined]
        else:
            del self.fields["lead_to"]


class TryForm(AskForm):
    """Which number answers with the draft, for how long, and for whom."""

    number = forms.ChoiceField(label=gettext_lazy("number"), widget=UnfoldAdminSelectWidget())
    minutes = forms.IntegerField(
        label=gettext_lazy("minutes"), min_value=1, max_value=240, initial=15, widget=UnfoldAdminIntegerFieldWidget()
    )
    caller = forms.CharField(
        label=gettext_lazy("only for calls from"),
        required=False,
        max_length=30,
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy(
            "Your own telephone's number with its area code: then all others meet the flow as it is. Empty: everybody."
        ),
    )

    def __init__(self, *args: Any, numbers: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = numbers  # type: ignore[attr-defined]
