"""What the house says."""

import re

from telephony.core.ending import LAST_WORDS
from telephony.plans.phrases import PHRASES


def test_every_last_word_can_be_said_in_both_languages():
    assert set(LAST_WORDS.values()) <= set(PHRASES)
    for texts in PHRASES.values():
        assert set(texts) == {"en", "zh"}


def test_chinese_is_chinese_and_english_has_none():
    for texts in PHRASES.values():
        assert re.search(r"[一-鿿]", texts["zh"])
        assert not re.search(r"[一-鿿]", texts["en"])
