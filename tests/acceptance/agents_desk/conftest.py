"""One web for all stories of the desk."""

from collections.abc import Iterator

import pytest

from tests.acceptance.agents_desk.web import web
from tests.acceptance.rig import Rig


@pytest.fixture(scope="package")
def base(rig: Rig) -> Iterator[str]:
    """The web's address."""
    with web(rig) as address:
        yield address
