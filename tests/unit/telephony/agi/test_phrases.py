"""Everything that can be spoken has words in both languages, and nothing else is in the table."""

import ast
from pathlib import Path

from telephony.agi import dialogue, supervising
from telephony.agi.phrases import PHRASES
from telephony.plans import phrases as of_plans


def spoken_by_the_dialogue() -> set[str]:
    """Every literal that the dialogue says, asks or keeps for refusals."""
    literals = {
        node.value
        for module in (dialogue, supervising)
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return literals & set(PHRASES) | set(dialogue.REFUSALS.values())


def test_every_phrase_is_spoken_somewhere_and_has_both_languages():
    digits = {f"digit-{n}" for n in range(10)}
    assert spoken_by_the_dialogue() | digits == set(PHRASES)
    assert all(set(texts) == {"en", "zh"} and all(texts.values()) for texts in PHRASES.values())


def test_no_phrase_has_the_name_of_one_that_callers_hear():
    assert not set(PHRASES) & set(of_plans.PHRASES)
