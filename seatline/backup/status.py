"""How it stands with the backups, for people and for the audit: a small file beside them that holds no secret."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

STATUS = "status.json"
FRESH = timedelta(days=1)
TRIED = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Status:
    """What was made last, where it was copied to, and when it was tried last; times as ISO text, empty: never."""

    made_at: str = ""
    stamp: str = ""
    seconds: float = 0.0
    size: int = 0  # bytes of everything sealed
    tables: int = 0
    rows: int = 0
    files: int = 0
    offsite: str = ""
    offsite_at: str = ""
    tried_at: str = ""
    tried_seconds: float = 0.0
    tried_well: bool = False

    @property
    def made(self) -> bool:
        """Whether there was ever a backup."""
        return bool(self.made_at)

    def fresh(self, at: datetime) -> bool:
        """Whether the last backup is of the last day."""
        return self.made and at - datetime.fromisoformat(self.made_at) <= FRESH

    def tried(self, at: datetime) -> bool:
        """Whether a restore was tried within a month, and every row came back."""
        return self.tried_well and at - datetime.fromisoformat(self.tried_at) <= TRIED


def read_status(folder: Path) -> Status:
    """What is known of a backup folder; nothing if there is none."""
    try:
        values: Mapping[str, Any] = json.loads((folder / STATUS).read_text())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return Status()
    return Status(**{name: value for name, value in values.items() if name in Status.__slots__})


def write_status(folder: Path, status: Status) -> None:
    """In one step."""
    fresh = folder / f".{STATUS}.part"
    fresh.write_text(json.dumps(asdict(status), indent=1, sort_keys=True))
    fresh.replace(folder / STATUS)


def told(status: Status, at: datetime) -> str:
    """A line for people."""
    if not status.made:
        return "none was made yet"
    age = (at - datetime.fromisoformat(status.made_at)).total_seconds() / 3600
    words = [f"{age:.1f} h old, {status.size / 1e6:,.0f} MB, {status.rows:,} rows, {status.files:,} files"]
    words.append(f"copied to {status.offsite}" if status.offsite_at else "no copy elsewhere")
    if not status.tried_at:
        words.append("never tried")
    else:
        words.append(f"tried {status.tried_at[:10]}: {'every row came back' if status.tried_well else 'IT FAILED'}")
    return "; ".join(words)
