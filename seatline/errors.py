"""One error tree for the whole house.

    SeatlineError                     something we foresaw; safe to show to the person who caused it
    ├── Refused                       the request is understood and not allowed now (HTTP 409)
    ├── NotAllowed                    the person has no right to it (HTTP 403)
    ├── NotFound                      there is no such thing, or not for this tenant (HTTP 404)
    ├── BadInput                      the request cannot be understood (HTTP 400)
    └── Unavailable                   something we need is away: try again (HTTP 503)

Each room derives its own conditions from these. The class docstring is the message, so an explanation cannot be
missing; `code` is stable, part of the API, and made from the class name. Details fill `{placeholders}` of the message.
"""

import re


class SeatlineError(Exception):
    """Something went wrong that we foresaw."""

    status = 500

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message)

    @property
    def code(self) -> str:
        """A stable name for programs: `NoSeatLeased` is `no_seat_leased`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def message(self) -> str:
        """The sentence for people: the class docstring, its first paragraph, with the details filled in."""
        text = " ".join((type(self).__doc__ or "").split("\n\n")[0].split())
        return text.format_map(_Details(self.details))

    def __str__(self) -> str:
        return self.message


class _Details(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


class Refused(SeatlineError):
    """This is not possible now."""

    status = 409


class NotAllowed(SeatlineError):
    """You do not have the right to do this."""

    status = 403


class NotFound(SeatlineError):
    """There is no such thing."""

    status = 404


class BadInput(SeatlineError):
    """This cannot be understood."""

    status = 400


class Unavailable(SeatlineError):
    """Something that is needed is away; try again."""

    status = 503
