"""Which part of an article is shown among what was found. Pure."""

from tenants.terms import terms_of

AROUND = 60  # characters on each side of what was asked


def excerpt(body: str, asked: str) -> str:
    """A piece of the text around the longest term of the question that stands in it; else its beginning."""
    text = " ".join(body.split())
    small = text.casefold()
    terms = sorted({term for term, _ in terms_of(asked)}, key=lambda term: (-len(term), term))
    at = next((place for term in terms if (place := small.find(term)) >= 0), 0)
    start = max(at - AROUND, 0)
    end = min(at + 2 * AROUND, len(text))
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
