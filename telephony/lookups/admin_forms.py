"""Forms of systems and tables. A secret goes in and is never shown."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from seatline.panel.forms import AskForm
from seatline.uploads import whole_file
from telephony.lookups.models import System, TableRow
from telephony.lookups.table_file import LARGEST
from tenants.accounts.models import Tenant


class LinesField(forms.CharField):
    """Names and texts, one on a line: `name = text`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", gettext_lazy("One on a line, as in: price = 12.50"))
        super().__init__(widget=UnfoldAdminTextareaWidget({"rows": 5}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As lines."""
        return "\n".join(f"{name} = {text}" for name, text in value.items()) if isinstance(value, Mapping) else value

    def to_python(self, value: Any) -> dict[str, str]:  # type: ignore[override]
        """As a mapping."""
        found = {}
        for line in (value or "").splitlines():
            if line.strip():
                name, equals, text = line.partition("=")
                if not equals or not name.strip():
                    said = _("Write each line as name = text; this one is not: %(line)s")
                    raise forms.ValidationError(said % {"line": line})
                found[name.strip()] = text.strip()
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """By what the lines mean."""
        return bool((initial or {}) != self.to_python(data))


class SystemForm(forms.ModelForm):
    """A system; an empty secret lets the one that is there stay."""

    secret = forms.CharField(
        label=gettext_lazy("secret"),
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("It is sealed and never shown again. Empty: the one that is there stays."),
    )
    forget_secret = forms.BooleanField(
        label=gettext_lazy("forget the secret"), required=False, widget=UnfoldBooleanWidget()
    )

    class Meta:
        model = System
        fields = ("tenant", "code", "base_url", "header", "inside", "active")

    def new_secret(self) -> str | None:
        """What was entered; nothing if it is to be forgotten; None: as it is."""
        if self.cleaned_data.get("forget_secret"):
            return ""
        return self.cleaned_data.get("secret") or None


class RowForm(forms.ModelForm):
    """A row of a table; an empty PIN lets the one that is there stay."""

    values = LinesField(label=gettext_lazy("values"))
    pin = forms.CharField(
        label=gettext_lazy("PIN"),
        required=False,
        max_length=12,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password", "inputmode": "numeric"}),
        help_text=gettext_lazy("4 to 12 digits; only a hash is kept. Empty: the one that is there stays."),
    )

    class Meta:
        model = TableRow
        fields = ("tenant", "table", "key", "values")


class TestForm(AskForm):
    """What to ask a system."""

    path = forms.CharField(
        label=gettext_lazy("path"),
        max_length=500,
        initial="/",
        widget=UnfoldAdminTextInputWidget(),
        help_text=gettext_lazy("Below the system's address, with values in place of {names}: /orders/1234"),
    )
    send = LinesField(
        label=gettext_lazy("sends"),
        help_text=gettext_lazy("One on a line, as in: number = 1234. With any it is asked by POST, else by GET."),
    )
    deadline = forms.IntegerField(
        label=gettext_lazy("waits for the answer"),
        min_value=1,
        max_value=10,
        initial=3,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("In seconds."),
    )

    def clean_path(self) -> str:
        """Below the system's address, and nowhere else."""
        path = str(self.cleaned_data["path"])
        if not path.startswith("/") or path.startswith("//") or ".." in path or set(path) & set(" \t\\#@"):
            raise forms.ValidationError(_("It begins with / and leads to no other address."))
        return path


class ImportForm(AskForm):
    """A file for a table of a tenant."""

    tenant = forms.ModelChoiceField(
        label=gettext_lazy("tenant"), queryset=Tenant.objects.none(), widget=UnfoldAdminSelectWidget()
    )
    table = forms.SlugField(label=gettext_lazy("table"), max_length=32, widget=UnfoldAdminTextInputWidget())
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=UnfoldAdminFileFieldWidget({"accept": ".csv,.txt,.tsv"}),
        help_text=gettext_lazy("Its first line names the columns: key, pin if there are PINs, and any values."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tenant"].queryset = Tenant.objects.order_by("name")  # type: ignore[attr-defined]

    def content(self) -> bytes:
        """The file, which is known to be small. Raises UploadTooLarge."""
        return whole_file(self.cleaned_data["file"], LARGEST)
