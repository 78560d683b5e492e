"""Every sentence for people has its Chinese, with the same placeholders."""

import ast
import re

import pytest
from babel.messages.pofile import read_po

from tests.architecture.tree import ROOT, short, sources, tree

FILE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
GETTEXT = {"_", "gettext", "gettext_lazy", "pgettext", "ngettext", "ngettext_lazy", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|(?<!%)%[sd]|\{\w*\}")


@pytest.fixture(scope="module")
def chinese():
    """English sentence -> Chinese one."""
    with FILE.open("rb") as file:
        return {message.id: message for message in read_po(file, locale="zh_Hans") if message.id}


def sentences():
    """(place, sentence) of every literal that is given to gettext."""
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
                at = 1 if node.func.id.startswith("pgettext") else 0
                word = node.args[at] if len(node.args) > at else None
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    yield f"{short(path)}:{node.lineno}", word.value


def test_every_sentence_has_its_chinese(chinese):
    there = {key if isinstance(key, str) else key[0]: message for key, message in chinese.items()}
    assert len(there) > 200
    missing = sorted({f"{place} {text}" for place, text in sentences() if text and not _said(there.get(text))})
    assert not missing, f"{len(missing)}: " + "\n".join(missing[:20])


def _said(message):
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def test_chinese_keeps_the_placeholders(chinese):
    assert not [
        key for key, message in chinese.items()
        if isinstance(key, str) and message.string
        and sorted(PLACEHOLDER.findall(key)) != sorted(PLACEHOLDER.findall(message.string))
    ]  # fmt: skip
