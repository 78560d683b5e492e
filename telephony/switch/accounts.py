"""Agents' SIP accounts, pushed into Asterisk's own store: live in milliseconds, gone at once for leavers.

ARI's dynamic configuration writes into sorcery's astdb (asterisk_etc/sorcery.conf). The secret itself is not kept
anywhere: Asterisk gets the digest of RFC 2617, MD5(user:realm:secret).
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from telephony.ari.client import Answer, AriClient
from telephony.plans.services import PhoneAccount

log = structlog.get_logger(__name__)
PUSHED_WITHIN = 30.0  # seconds for all; Asterisk writes several hundred a second
KINDS = ("auth", "aor", "endpoint")  # an endpoint must find its parts: in this order


def objects(phone: PhoneAccount, proxy: str = "") -> Mapping[str, dict[str, str]]:
    """The three sorcery objects of one phone. With a proxy (host:port) the phone registers there and not here."""
    name, proxied = phone.endpoint, bool(proxy) and not phone.browser
    registers = {"max_contacts": "1", "remove_existing": "yes", "qualify_frequency": "30"}
    behind = {"contact": f"sip:{name}@{proxy}", "qualify_frequency": "5", "qualify_2xx_only": "yes"}
    return {
        "auth": {
            "auth_type": "digest", "username": name, "realm": "seatline", "password_digest": f"MD5:{phone.digest}",
        },
        "aor": behind if proxied else registers,
        "endpoint": {
            "context": "phones", "auth": name, "aors": name, "disallow": "all", "direct_media": "no",
            "rewrite_contact": "no" if proxied else "yes", "rtp_symmetric": "yes", "dtmf_mode": "auto",
            "accountcode": name,
            "callerid": phone.label, **(_BROWSER if phone.browser else _DESK),
        },
    }  # fmt: skip


_DESK = {"allow": "alaw,ulaw", "transport": "transport-udp"}
# A-law first for browsers too: they all speak it, and nothing is transcoded. `webrtc` stands for ICE, DTLS-SRTP, AVPF
# and one port for all; the certificate is made anew at each start, and its fingerprint goes by the signalling.
_BROWSER = {"allow": "alaw,ulaw,opus", "transport": "transport-ws", "webrtc": "yes", "dtls_auto_generate_cert": "yes"}


class Accounts:
    """What was pushed so far; pushes only what changed."""

    def __init__(self, proxy: str = "") -> None:
        self._proxy = proxy
        self._pushed: dict[str, PhoneAccount] = {}
        self._one_at_a_time = asyncio.Lock()

    def forget(self) -> None:
        """A new connection: Asterisk may have anything, push all."""
        self._pushed = {}

    async def push(self, ari: AriClient, phones: Iterable[PhoneAccount]) -> None:
        """Make Asterisk's accounts those of `phones`: new and changed ones are written, strangers are removed.

        What Asterisk refuses is tried again with the next push. Raises AriUnreachable, AriSilent, TimeoutError.
        """
        async with self._one_at_a_time:
            await self._push(ari, {phone.endpoint: phone for phone in phones})

    async def _push(self, ari: AriClient, wanted: Mapping[str, PhoneAccount]) -> None:
        changed = [phone for name, phone in wanted.items() if self._pushed.get(name) != phone]
        writes: dict[str, list[asyncio.Future[Answer]]] = {phone.endpoint: [] for phone in changed}
        made = [(phone.endpoint, objects(phone, self._proxy)) for phone in changed]
        # All of a kind after another: for each address that is new Asterisk reads every endpoint that is there
        # (res_pjsip/pjsip_options.c), and so there are none yet when it gets hundreds at once.
        for kind in KINDS:
            for name, parts in made:
                writes[name].append(ari.send("PUT", _uri(kind, name), body={"fields": _fields(parts[kind])}))
        strangers = await self._strangers(ari, wanted) if not self._pushed else set(self._pushed) - set(wanted)
        removals = [ari.send("DELETE", _uri(kind, name)) for name in strangers for kind in reversed(KINDS)]
        everything = asyncio.gather(*removals, *(write for written in writes.values() for write in written))
        await asyncio.wait_for(everything, PUSHED_WITHIN)
        refused = {name for name, written in writes.items() if not all(write.result().ok for write in written)}
        if refused:
            log.error("asterisk refuses phones", phones=sorted(refused)[:5], refused=len(refused))
        self._pushed = {name: phone for name, phone in wanted.items() if name not in refused}
        log.info("phones pushed", changed=len(changed) - len(refused), removed=len(strangers))

    async def _strangers(self, ari: AriClient, wanted: Mapping[str, PhoneAccount]) -> set[str]:
        answer = await ari.request("GET", "endpoints/PJSIP")
        there = {str(one["resource"]) for one in answer.body or []}
        # Trunks are files, not ours to remove.
        return {name for name in there - set(wanted) if name.startswith(("seat-", "web-"))}


def _uri(kind: str, name: str) -> str:
    return f"asterisk/config/dynamic/res_pjsip/{kind}/{name}"


def _fields(values: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"attribute": name, "value": value} for name, value in values.items()]
