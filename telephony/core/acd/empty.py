"""When a queue counts as empty, in the words of Asterisk's joinempty and leavewhenempty (apps/app_queue.c).

The words stand for states in which an agent does not count as there. Who is not logged in is no member of any queue
with us, so app_queue's `penalty`, `invalid` and `unknown` are understood and mean nothing.
"""

NEVER = frozenset({"never"})
STATES = ("paused", "unavailable", "inuse", "ringing", "wrapup")
IDLE_WORDS = ("penalty", "invalid", "unknown")
_SHORT = {"loose": frozenset[str](), "strict": frozenset({"paused", "unavailable"})}
_NO = frozenset({"paused"})


def rule_of(words: str, *, joining: bool) -> frozenset[str]:
    """The states that do not count. `joining`: the words are joinempty's, else leavewhenempty's; they differ in yes and
    no, since `joinempty=yes` and `leavewhenempty=no` both let callers wait. Raises ValueError for an unknown word.
    """
    states: set[str] = set()
    for word in words.lower().replace(" ", "").split(","):
        match word:
            case "yes" | "no":
                if (word == "yes") == joining:
                    return NEVER
                states |= _NO
            case "loose" | "strict":
                states |= _SHORT[word]
            case _ if word in STATES:
                states.add(word)
            case _ if word not in IDLE_WORDS:
                raise ValueError(word)
    return frozenset(states)
