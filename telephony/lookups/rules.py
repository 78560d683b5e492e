"""Which addresses may be asked, how long wrong PINs lock out, and what an answer tells.

Rules of this file: pure.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address

FREE_TRIES = {"account": 3, "caller": 9}  # a household shares a telephone, but not nine slips in a row
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=24)
LONGEST_VALUE = 200  # characters; nobody listens to more


def may_be_asked(address: IPv4Address | IPv6Address, *, inside: bool) -> bool:
    """Whether a system may be at this address; our own and private networks only for one that is `inside`.

    Never at link-local addresses, where clouds keep their secrets.
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (inside and (address.is_private or address.is_loopback))


def lock_after(failures: int, kind: str) -> timedelta | None:
    """How long nobody may try after so many wrong PINs in a row: a minute at first, then twice as long each time."""
    beyond = failures - FREE_TRIES[kind]
    return min(FIRST_LOCK * 2 ** min(beyond, 16), LONGEST_LOCK) if beyond >= 0 else None


def taken(body: bytes, take: Mapping[str, str]) -> dict[str, str] | None:
    """The variables that an answer in JSON gives; None if one of them is not in it. Raises ValueError for no JSON.

    Numbers keep the digits in which they were written.
    """
    answer = json.loads(body, parse_float=str, parse_int=str) if take else {}
    return taken_of(answer, take)


def taken_of(answer: object, take: Mapping[str, str]) -> dict[str, str] | None:
    """The same for an answer that is read already, such as the values of a table's row."""
    found = {name: _value(answer, place) for name, place in take.items()}
    known = {name: value for name, value in found.items() if value is not None}
    return known if len(known) == len(found) else None


def _value(answer: object, place: str) -> str | None:
    here = answer
    for step in place.split("."):
        if isinstance(here, Mapping):
            here = here.get(step)
        elif isinstance(here, list) and step.isdigit() and int(step) < len(here):
            here = here[int(step)]
        else:
            return None
    match here:
        case None | dict() | list():
            return None
        case bool():
            return "1" if here else "0"
        case _:
            return str(here)[:LONGEST_VALUE]
