"""Signed documents of contracts: kept with their hash, added and never changed."""

import hashlib
from datetime import datetime

from billing.contracts.models import Contract, ContractFile
from billing.contracts.services import must_be_finance
from seatline.errors import BadInput
from tenants.accounts.models import User

MOST_BYTES = 20 * 1024 * 1024
_PDF = b"%PDF-"


class NotAPdf(BadInput):
    """A signed document is kept as PDF; {name} is none."""


class FileTooLarge(BadInput):
    """A signed document has at most {megabytes} MB."""


class FileKeptAlready(BadInput):
    """This very file is kept already, as {name}."""


def attach(contract: Contract, name: str, content: bytes, *, user: User, at: datetime) -> ContractFile:
    """Keep a signed document of a contract. Raises `NotAPdf`, `FileTooLarge`, `FileKeptAlready`."""
    must_be_finance(user)
    if len(content) > MOST_BYTES:
        raise FileTooLarge(megabytes=MOST_BYTES // 1024 // 1024)
    if not content.startswith(_PDF):
        raise NotAPdf(name=name)
    digest = hashlib.sha256(content).hexdigest()
    if kept := ContractFile.objects.filter(contract=contract, sha256=digest).first():
        raise FileKeptAlready(name=kept.name)
    return ContractFile.objects.create(
        tenant_id=contract.tenant_id, contract=contract, name=name[:120], content=content, size=len(content),
        sha256=digest, added_by=user, added_at=at,
    )  # fmt: skip
