"""Which topics there are, and the right of a person that opens each; rooms name theirs in `AppConfig.ready`."""

from tenants.accounts.rights import Right

_TOPICS: dict[str, Right] = {}


def open_topic(word: str, right: Right) -> None:
    """Let people with this right listen to the topic and all behind it (`word/ID`), as far as their tenants reach."""
    _TOPICS[word] = right


def topics_for(rights: frozenset[Right]) -> frozenset[str]:
    """What these rights open, in the form of `Pass.topics`."""
    words = [word for word, right in _TOPICS.items() if right in rights]
    return frozenset(words) | frozenset(f"{word}/*" for word in words)
