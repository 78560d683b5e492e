"""Fields as the API writes them: instants in UTC, lengths in seconds; bodies and filters take nothing unknown."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Instant(serializers.DateTimeField):
    """An instant, ISO 8601 with its offset; written in UTC."""

    default_error_messages = {"range": _("An instant lies in the years 2000 to 2099.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        """Within the years in which the house has calls."""
        at = super().to_internal_value(value)
        assert isinstance(at, datetime)
        if not EARLIEST <= at < LATEST:
            self.fail("range")
        return at


def in_our_years(day: date) -> None:
    """Refuse days beside which there may be none: services count from them. Raises ValidationError."""
    if not EARLIEST.date() <= day < LATEST.date():
        raise serializers.ValidationError(_("A day lies in the years 2000 to 2099."), code="range")


@extend_schema_field({"type": "number", "description": "Seconds."})
class Seconds(serializers.Field):
    """A length of time in seconds, to the millisecond."""

    default_error_messages = {
        "number": _("A length is a number of seconds."),
        "range": _("A length has {least} to {most} seconds."),
    }

    def __init__(self, *, least: float = 0, most: float = 366 * 86400, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def to_representation(self, value: timedelta) -> float:
        """5 for five seconds, 0.25 for a quarter of one."""
        seconds = round(value.total_seconds(), 3)
        return int(seconds) if seconds == int(seconds) else seconds

    def to_internal_value(self, data: Any) -> timedelta:
        """A number; no text, no truth value."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("number")
        if not self.least <= data <= self.most:
            self.fail("range", least=self.least, most=self.most)
        return timedelta(seconds=data)


class Amount(serializers.DecimalField):
    """An amount of money to two decimals, as text; the currency stands beside it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 18, "decimal_places": 2, **kwargs})


class _NothingUnknown(serializers.Serializer):
    default_error_messages = {"unknown": _("There is no field of this name.")}

    def to_internal_value(self, data: Any) -> Any:
        """What was asked for, if every name is known: a misspelt field must not be ignored."""
        if isinstance(data, Mapping):
            unknown = sorted(str(name) for name in set(data) - set(self.fields))
            if unknown:
                message = self.error_messages["unknown"]
                raise serializers.ValidationError({name[:60]: [message] for name in unknown}, code="unknown")
        return super().to_internal_value(data)


class Body(_NothingUnknown):
    """What a request brings. Names of classes derived from it end in Body: the description says `additionalProperties:
    false` for them."""


class Filters(_NothingUnknown):
    """What a list can be narrowed by; the source of a field is the look-up of the query."""

    def lookups(self) -> dict[str, Any]:
        """Keyword arguments for `filter`, of the parameters that were given."""
        return {
            str(field.source): self.validated_data[field.source]
            for field in self.fields.values() if field.source in self.validated_data
        }  # fmt: skip


class Empty(Body):
    """No content."""
