"""Prompts: spoken by the machine, or uploaded as recorded."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from seatline.api.base import Found, Listed, Resource, Right
from seatline.api.fields import Body, Filters
from seatline.api.parsers import Upload
from telephony.plans.models import Prompt, PromptLanguage
from telephony.plans.services import say_prompt
from telephony.plans.upload import LARGEST, SoundTooLarge, upload_prompt
from telephony.recordings.play import sound_response
from tenants.keys.callers import own_tenant

SPOKEN_AT_MOST = 2000  # characters; `speech.LONGEST`


class PromptShown(serializers.ModelSerializer):
    """Something that flows say; without a tenant it stands in for all."""

    has_sound = serializers.SerializerMethodField()

    class Meta:
        model = Prompt
        fields = ("id", "tenant_id", "name", "language", "text", "source", "has_sound")

    def get_has_sound(self, prompt: Prompt) -> bool:
        """Whether there is a file to hear."""
        return bool(prompt.sha)


class PromptBody(Body):
    """A prompt to be spoken by the machine."""

    name = serializers.SlugField(max_length=64)
    language = serializers.ChoiceField(PromptLanguage.choices)
    text = serializers.CharField(max_length=SPOKEN_AT_MOST)


class PromptUploadBody(PromptBody):
    """A recorded prompt."""

    sound = serializers.FileField(help_text="A WAV file of up to 20 MB and five minutes.")


class PromptFilters(Filters):
    """Which prompts."""

    name = serializers.SlugField(required=False)
    language = serializers.ChoiceField(PromptLanguage.choices, required=False)
    tenant = serializers.SlugField(required=False, source="tenant__code", help_text="Code; for the operator.")


class Prompts(Listed, Found, Resource):
    """What flows say."""

    rights = {
        "list": Right.PLAN_READ,
        "retrieve": Right.PLAN_READ,
        "create": Right.PLAN_WRITE,
        "upload": Right.PLAN_WRITE,
        "sound": Right.PLAN_READ,
    }
    serializer_class = PromptShown
    filters = PromptFilters
    ordering = ("name", "language", "id")

    def get_queryset(self) -> QuerySet[Prompt]:
        """The tenant's own, and those that stand in for all."""
        return Prompt.objects.all()

    @extend_schema(request=PromptBody, responses={201: PromptShown})
    def create(self, request: Request) -> Response:
        """Have the machine speak a prompt; one of this name in this language is replaced."""
        prompt = say_prompt(own_tenant(self.caller), **self.read(PromptBody), sounds=_sounds())
        return self.show(prompt, status=201)

    @extend_schema(request={"multipart/form-data": PromptUploadBody}, responses={201: PromptShown})
    @action(detail=False, methods=["post"], parser_classes=[Upload])
    def upload(self, request: Request) -> Response:
        """Use a recorded sound as a prompt; one of this name in this language is replaced."""
        given = self.read(PromptUploadBody)
        sound = given.pop("sound")
        if sound.size > LARGEST:
            raise SoundTooLarge
        return self.show(upload_prompt(own_tenant(self.caller), **given, content=sound.read(), sounds=_sounds()), 201)

    @extend_schema(responses={(200, "audio/wav"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def sound(self, request: Request, pk: Any) -> HttpResponseBase:
        """The sound, as callers hear it; takes Range."""
        prompt = self.get_object()
        return sound_response(request._request, _sounds(), f"prompts/{prompt.sha or '-'}.wav", f"{prompt.name}.wav")


def _sounds() -> Path:
    return Path(settings.VAR) / "sounds"
