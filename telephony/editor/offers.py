"""What a form may offer: the tenant's queues, prompts and systems, the flow's own steps and variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from telephony.core.asking import GIVEN
from telephony.editor.edges import Definition, nodes_of
from telephony.editor.shapes import kinds
from telephony.editor.words import KINDS, kind_word
from telephony.lookups.models import System, TableRow
from telephony.plans.models import Flow, Prompt, Queue
from telephony.plans.phrases import PHRASES

NEW = "+"  # begins the value that stands for a step to be made: +menu
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Offers:
    """For each thing that a text may name what there is, by name with its label; and what prompts say."""

    options: Mapping[str, Sequence[Option]]
    texts: Mapping[str, str]


def offers_for(flow: Flow, definition: Definition) -> Offers:
    """What this flow may name, in the language of the screen."""
    texts = _texts(flow)
    nodes = nodes_of(definition)
    steps = [(name, f"{name} · {kind_word(node.get('kind')).name}") for name, node in nodes.items()]
    fresh = [(f"{NEW}{kind}", _("new: %(kind)s") % {"kind": KINDS[kind].name}) for kind in kinds() if kind in KINDS]
    queues = Queue.objects.filter(tenant=flow.tenant_id)
    systems = System.objects.filter(tenant=flow.tenant_id, active=True)
    tables = TableRow.objects.filter(tenant=flow.tenant_id).order_by("table").values_list("table", flat=True).distinct()
    return Offers(
        {
            "node": [*steps, *fresh],
            "queue": [(one.code, f"{one.code} · {one.display_name}") for one in queues],
            "system": [(one.code, f"{one.code} · {one.base_url}") for one in systems],
            "prompt": [(name, f"{name} · {text}") for name, text in texts.items() if not name.startswith("say-")],
            "variable": [(name, name) for name in sorted(_variables(nodes))],
            "table": [(name, name) for name in tables],
            "zone": [(name, name) for name in sorted(available_timezones())],
        },
        texts,
    )


def _texts(flow: Flow) -> dict[str, str]:
    """What each prompt says, in the language of the screen if it can: the tenant's own first, then the house's."""
    mine, other = ("zh", "en") if (get_language() or "").startswith("zh") else ("en", "zh")
    said: dict[str, dict[str, str]] = {}
    rows = Prompt.objects.filter(Q(tenant=flow.tenant_id) | Q(tenant=None)).order_by("name", "tenant_id")
    own = [row for row in rows if row.tenant_id is not None]
    for row in [*own, *(row for row in rows if row.tenant_id is None)]:
        said.setdefault(row.name, {}).setdefault(row.language, row.text)
    for name, texts in PHRASES.items():
        for language, text in texts.items():
            said.setdefault(name, {}).setdefault(language, text)
    return {name: texts.get(mine) or texts.get(other, "") for name, texts in said.items()}


def _variables(nodes: Mapping[str, Mapping[str, Any]]) -> set[str]:
    found = set(GIVEN)
    for node in nodes.values():
        take = node.get("take")
        found |= {str(name) for name in take} if isinstance(take, Mapping) else set()
        into = node.get("into")
        found |= {into} if isinstance(into, str) and into else set()
    return found
