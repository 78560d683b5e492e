"""Stories of two nodes are looked over on both, and not on the rig, which rests."""

from collections.abc import Iterator

import pytest

from tests.acceptance.leaks import looked_over
from tests.acceptance.two_nodes.pair import Pair, pair

__all__ = ["pair"]


@pytest.fixture(autouse=True)
def nothing_is_left(pair: Pair) -> Iterator[None]:
    """As everywhere; and no channel on the second node."""
    yield from looked_over(pair)
    assert pair.channels(pair.second) == []
