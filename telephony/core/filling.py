"""Variables of a call in texts: {name} stands for a variable, in a path encoded so that it stays one segment."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from telephony.core.call import Call

NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def variables(call: Call) -> Mapping[str, str]:
    """All that texts of this call may name."""
    return {"caller": call.caller, "dialled": call.dialled, **call.variables}


def fill(template: str, known: Mapping[str, str]) -> str:
    """The text with its variables; one without a value is nothing."""
    return NAME.sub(lambda match: known.get(match[1], ""), template)


def fill_path(template: str, known: Mapping[str, str]) -> str:
    """The same for the path of an address: what a caller keyed can never lead to another."""
    return NAME.sub(lambda match: quote(known.get(match[1], ""), safe=""), template)
