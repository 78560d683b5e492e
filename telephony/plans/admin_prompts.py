"""Prompts: spoken by the machine or brought as recorded, and heard; values as they are said in parts."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanWidget

from seatline.panel.show import tag
from seatline.uploads import too_large, whole_file
from telephony.core.speaking import CURRENCIES, HOWS, parts
from telephony.plans.admin_of_tenants import OfTenant
from telephony.plans.models import Prompt
from telephony.plans.phrases import PHRASES
from telephony.plans.services import say_prompt, set_prompt
from telephony.plans.sounds import EXAMPLES, NothingToHear, sound_of_value
from telephony.plans.upload import LARGEST, upload_prompt
from telephony.recordings.play import sound_response

LANGUAGES = ("en", "zh")


class PromptForm(forms.ModelForm):
    """A prompt: its text, and a recording if there is one."""

    recording = forms.FileField(
        label=gettext_lazy("recording"),
        required=False,
        widget=UnfoldAdminFileFieldWidget({"accept": ".wav,audio/wav"}),
        help_text=gettext_lazy("A WAV of at most 20 MB and five minutes. Without one the machine speaks the text."),
    )
    speak = forms.BooleanField(
        label=gettext_lazy("let the machine speak it"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=gettext_lazy("In place of the recording that is there."),
    )

    class Meta:
        model = Prompt
        fields = ("tenant", "name", "language", "text")


@admin.register(Prompt)
class PromptAdmin(OfTenant):
    """What flows say."""

    form = PromptForm
    list_display = ("name", "language", "tenant_named", "text_shown", "source_shown", "hear")
    list_filter = ("language", "source", "tenant")
    search_fields = ("name", "text")
    fields = (("tenant", "name"), "language", "text", "recording", "speak", "hear")
    actions_list = ("values",)
    empty_hint = gettext_lazy("Add a prompt: the machine speaks its text, in English or Chinese.")

    def get_urls(self) -> list[Any]:
        """With the addresses of sounds."""
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:prompt_id>/sound/", wrap(self.sound), name="telephony_prompt_sound"),
            path("value.wav", wrap(self.value_sound), name="telephony_prompt_value"),
            path("phrase/<str:language>/<slug:name>.wav", wrap(self.phrase_sound), name="telephony_prompt_phrase"),
            *super().get_urls(),
        ]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Too large a file is refused on the form; it is not there any more."""
        refusal = too_large(request) if request.method == "POST" and request.POST is not None else None
        if refusal is not None:
            request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, *args, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Prompt | None = None) -> Any:
        """The machine takes the place of a recording where there is one."""
        recorded = obj is not None and obj.source == Prompt.Source.UPLOADED
        return self.fields if recorded else tuple(one for one in self.fields if one != "speak")

    def sound(self, request: HttpRequest, prompt_id: UUID) -> HttpResponseBase:
        """The WAV that callers hear."""
        self._may(request)
        prompt = Prompt.objects.filter(pk=prompt_id).first()
        if prompt is None or not prompt.sha:
            raise Http404
        return sound_response(request, _sounds() / "prompts", f"{prompt.sha}.wav", f"{prompt.name}.wav")

    def phrase_sound(self, request: HttpRequest, language: str, name: str) -> HttpResponseBase:
        """One of the house's own phrases."""
        self._may(request)
        if language not in LANGUAGES or name not in PHRASES:
            raise Http404
        return sound_response(request, _sounds() / language, f"{name}.wav", f"{name}.wav")

    def value_sound(self, request: HttpRequest) -> HttpResponseBase:
        """A value as it is said, its parts in one sound."""
        self._may(request)
        value, how, language, currency = _asked(request)
        try:
            sound = sound_of_value(value, how, language, currency, _sounds())
        except NothingToHear as error:
            raise Http404 from error
        return HttpResponse(sound, content_type="audio/wav", headers={"Cache-Control": "private, no-store"})

    @action(
        description=gettext_lazy("Values and phrases"), url_path="values", permissions=["telephony.view_prompt"],
        icon="pin",
    )  # fmt: skip
    def values(self, request: HttpRequest) -> HttpResponseBase:
        """How a value is said in parts in both languages, and what the house says by itself."""
        value, how, _language, currency = _asked(request)
        said = []
        for language in LANGUAGES:
            asked = urlencode({"value": value, "as": how, "currency": currency, "language": language})
            words = [PHRASES[name][language] for name in parts(value, how, language, currency)]
            said.append((language, words, f"{reverse('admin:telephony_prompt_value')}?{asked}"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Values and phrases"), "opts": self.opts, "value": value, "how": how, "currency": currency,
            "hows": [(one, one == how) for one in HOWS], "currencies": CURRENCIES, "said": said,
            "phrases": [(name, texts) for name, texts in PHRASES.items() if not name.startswith("say-")],
        }  # fmt: skip
        return TemplateResponse(request, "prompts/values.html", context)

    @display(description=gettext_lazy("text"))
    def text_shown(self, prompt: Prompt) -> str:
        """Its beginning."""
        return prompt.text if len(prompt.text) <= 60 else prompt.text[:59] + "…"

    @display(description=gettext_lazy("source"), ordering="source")
    def source_shown(self, prompt: Prompt) -> str:
        """Who spoke it."""
        return tag(prompt.get_source_display(), "info" if prompt.source == Prompt.Source.UPLOADED else "plain")

    @display(description=gettext_lazy("hear"))
    def hear(self, prompt: Prompt) -> str:
        """The player."""
        if not prompt.sha:
            return _("It is spoken when you save it.")
        # The address changes with the sound, so that no browser plays the one before.
        url = f"{reverse('admin:telephony_prompt_sound', args=[prompt.pk])}?{prompt.sha[:8]}"
        return format_html('<audio class="sl-player" controls preload="none" src="{}"></audio>', url)

    def get_readonly_fields(self, request: HttpRequest, obj: Prompt | None = None) -> tuple[str, ...]:
        """Flows name it, so its name stays."""
        return ("tenant", "name", "language", "hear") if obj else ("hear",)

    def save_model(self, request: HttpRequest, obj: Prompt, form: ModelForm, change: bool) -> None:
        """Take the recording, or have the machine speak; a recording that is there stays until it is replaced."""
        named = (obj.tenant, obj.name, obj.language, obj.text)
        recording = form.cleaned_data.get("recording")
        recorded = change and obj.source == Prompt.Source.UPLOADED
        if recording is not None:
            made = upload_prompt(*named, whole_file(recording, LARGEST), sounds=_sounds())
        elif recorded and not form.cleaned_data.get("speak"):
            made = set_prompt(*named, sha=obj.sha, source=obj.source)
        else:
            made = say_prompt(*named, sounds=_sounds())
        obj.pk, obj._state.adding = made.pk, False

    def _may(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied


def _sounds() -> Path:
    return Path(settings.VAR) / "sounds"


def _asked(request: HttpRequest) -> tuple[str, str, str, str]:
    """Value, how it is said, language, currency; each as asked for, if there is such a one."""
    how = request.GET.get("as", "amount")
    how = how if how in HOWS else "amount"
    language, currency = request.GET.get("language", "en"), request.GET.get("currency", "CNY")
    return (
        request.GET.get("value", "")[:40] or EXAMPLES[how],
        how,
        language if language in LANGUAGES else "en",
        currency if currency in CURRENCIES else "CNY",
    )
