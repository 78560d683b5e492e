"""What every fact of a call has."""

from dataclasses import dataclass
from datetime import datetime

from telephony.core.values import CallId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One entry of a call's ledger."""

    call: CallId
    seq: int  #: counts up from 1 within the call
    at: datetime
    tenant: TenantId | None = None
