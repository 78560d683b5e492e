"""Every story has the rig, and is looked over for leaks; all of them together for calls that are lost or doubled."""

from tests.acceptance.books import books_agree_in_the_end
from tests.acceptance.leaks import nothing_is_left
from tests.acceptance.rig import rig

__all__ = ["books_agree_in_the_end", "nothing_is_left", "rig"]
