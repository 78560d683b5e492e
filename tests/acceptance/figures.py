"""What the stories measured: told in one list at the end of the run, whether they passed or not."""

_FIGURES: list[str] = []


def figure(what: str) -> None:
    """Keep one measured figure, in a short sentence."""
    _FIGURES.append(what)


def told() -> list[str]:
    """All of them, in the order in which they were measured."""
    return list(_FIGURES)
