"""SIP accounts of the room as programs keep them: a secret is drawn, given away once, and kept as a digest alone."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from seatline.errors import Refused
from telephony.plans.lines import Phone
from telephony.plans.services import digest, plan_changed


class PhoneNameTaken(Refused):
    """There is a phone with the account {endpoint} already."""


class SeatHasPhone(Refused):
    """At seat {seat} stands another phone."""


@dataclass(frozen=True, slots=True)
class GivenSecret:
    """An account, and its secret, which is shown this once."""

    phone: Phone
    secret: str = field(repr=False)


def new_phone(endpoint: str, fields: Mapping[str, Any]) -> GivenSecret:
    """An account under a name that is free. Raises PhoneNameTaken, SeatHasPhone, and Django's ValidationError."""
    with transaction.atomic():
        if Phone.objects.filter(endpoint=endpoint).exists():
            raise PhoneNameTaken(endpoint=endpoint)
        return _with_secret(_filled(Phone(endpoint=endpoint), fields))


def new_secret(phone: Phone) -> GivenSecret:
    """Another secret, as when the telephone is replaced: with the old one it can no longer register."""
    with transaction.atomic():
        return _with_secret(phone)


def change_phone(phone: Phone, fields: Mapping[str, Any]) -> Phone:
    """Where it stands, how it is called, and whether it may register. Raises SeatHasPhone, ValidationError."""
    with transaction.atomic():
        _filled(phone, fields).save()
        plan_changed()
    return phone


def _filled(phone: Phone, fields: Mapping[str, Any]) -> Phone:
    for name, value in fields.items():
        setattr(phone, name, value)
    if phone.seat is not None and Phone.objects.filter(seat=phone.seat).exclude(pk=phone.pk).exists():
        raise SeatHasPhone(seat=phone.seat)
    phone.clean_fields(exclude=["password_digest"])
    return phone


def _with_secret(phone: Phone) -> GivenSecret:
    secret = secrets.token_urlsafe(16)
    phone.password_digest = digest(phone.endpoint, secret)
    phone.save()
    plan_changed()
    return GivenSecret(phone, secret)
