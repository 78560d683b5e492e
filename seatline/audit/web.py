"""What the web's settings say. Rules of this file: pure; it gets the settings by name."""

from collections.abc import Iterator, Mapping
from typing import Any

from seatline.audit.findings import Finding, found
from seatline.audit.strength import weak

LOOPBACK = {"localhost", "127.0.0.1", "[::1]", "testserver"}


def examine_web(settings: Mapping[str, Any], vault_key: str) -> Iterator[Finding]:
    """`settings` are Django's by name; `vault_key` is what seals clients' secrets."""
    if settings.get("DEBUG"):
        yield found("web.debug", "SEATLINE_DEBUG")
    key = str(settings.get("SECRET_KEY", ""))
    if weak(key, "insecure") or weak(key, "secret"):
        yield found("web.key", "SEATLINE_SECRET_KEY")
    if not vault_key or weak(vault_key):
        yield found("web.vault", "SEATLINE_VAULT_KEY")
    hosts = set(settings.get("ALLOWED_HOSTS", ()))
    if "*" in hosts:
        yield found("web.hosts", "SEATLINE_HOSTS")
    beyond = hosts - LOOPBACK
    if beyond and not (settings.get("SESSION_COOKIE_SECURE") and settings.get("CSRF_COOKIE_SECURE")):
        yield found("web.cookies", ", ".join(sorted(beyond)))
    rules = " ".join(str(rule.get("NAME", "")) for rule in settings.get("AUTH_PASSWORD_VALIDATORS", ()))
    for needed in ("MinimumLengthValidator", "CommonPasswordValidator"):
        if needed not in rules:
            yield found("web.password_rules", needed)
