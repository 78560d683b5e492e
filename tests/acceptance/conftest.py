"""Every story has the rig, and is looked over for leaks."""

from tests.acceptance.leaks import nothing_is_left
from tests.acceptance.rig import rig

__all__ = ["nothing_is_left", "rig"]
