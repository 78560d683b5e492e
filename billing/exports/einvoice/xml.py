"""Builds XML trees: a node is left out when there is nothing in it, so that spellings need no ifs.

Rules of this file: the same tree gives the same bytes.
"""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

Node = ElementTree.Element


class Names:
    """Makes nodes with prefixes of a fixed set of namespaces: `n("cbc:ID", "1")`."""

    def __init__(self, **namespaces: str) -> None:
        self.namespaces = namespaces

    def __call__(self, name: str, *content: "str | Decimal | date | Node | None", **attributes: str) -> Node | None:
        """A node, or None when all of its content is missing; text, numbers and dates become text."""
        prefix, _, local = name.partition(":")
        node = ElementTree.Element(f"{{{self.namespaces[prefix]}}}{local}", attributes)
        filled = False
        for one in content:
            if one is None or one == "":
                continue
            filled = True
            if isinstance(one, ElementTree.Element):
                node.append(one)
            else:
                node.text = text(one)
        return node if filled else None

    def write(self, root: Node | None) -> bytes:
        """The document as UTF-8, with the prefixes of this set."""
        assert root is not None, "a document has content"
        for prefix, uri in self.namespaces.items():
            ElementTree.register_namespace(prefix, uri)
        ElementTree.indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'.encode()


def text(value: "str | Decimal | date") -> str:
    """Numbers without the zeros at their end, dates as ISO."""
    if isinstance(value, Decimal):
        shown = f"{value.normalize():f}"
        return "0" if shown == "-0" else shown
    return value.isoformat() if isinstance(value, date) else value


def cents(value: Decimal) -> str:
    """An amount with its two decimals."""
    return f"{value:.2f}"
