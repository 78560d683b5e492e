"""Archives are unpacked as data: plain files and folders inside the target, ours whoever packed them."""

import os
import tarfile
from pathlib import Path


def unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Unpack all of it below `folder`. Raises tarfile.TarError for what would lie elsewhere, or is neither."""
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
        return
    # Debian 12 has Python 3.11.2, which does not know filters yet (PEP 706): the same by hand.
    inside = folder.resolve()
    for member in tar:
        if not (member.isfile() or member.isdir()) or not (inside / member.name).resolve().is_relative_to(inside):
            raise tarfile.ExtractError(member.name)
        member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
        member.mode &= 0o755
        tar.extract(member, folder, numeric_owner=True)
