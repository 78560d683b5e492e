"""How texts are found again, in Chinese and in English: the terms of a text, and the question in terms.

Rules of this file: pure. PostgreSQL's parsers know no Chinese, so we hand it terms of our own as a tsvector (ADR 50).
A run of Chinese characters gives each character and each pair of neighbours; a word gives itself, in small letters and
without a plural ending; a number of four digits or more gives every tail of it, so that any four digits in a row are
found by their beginning. Positions count up, so that a question of several characters is asked as a phrase.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

MOST_POSITIONS = 16_000  # PostgreSQL counts to 16383
MOST_BYTES = 500_000  # of a vector's terms and positions; PostgreSQL takes a megabyte
LONGEST_TERM = 60
_CJK = "㐀-䶿一-鿿豈-﫿぀-ヿ가-힯"
_PIECES = re.compile(rf"[{_CJK}]+|\d+|[^\W\d_{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")


def terms_of(text: str) -> Iterator[tuple[str, int]]:
    """Terms with their positions, from 1."""
    place = 0
    for piece in _pieces(text):
        if _IS_CJK.match(piece):
            for at, character in enumerate(piece):
                place += 1
                yield character, place
                if at + 1 < len(piece):
                    yield piece[at : at + 2], place
        else:
            place += 1
            yield _stem(piece), place
            if piece.isdigit():
                for cut in range(1, len(piece) - 3):
                    yield piece[cut:], place


def vector(*parts: tuple[str, str]) -> str:
    """A tsvector's text of (text, weight A to D) parts, each further on than the one before."""
    found: dict[str, list[str]] = {}
    offset = size = 0
    for text, weight in parts:
        last = 0
        for term, at in terms_of(text):
            last = at
            if size > MOST_BYTES:  # a text of digits alone: what comes last is not found
                break
            if term not in found:
                size += len(term.encode()) + 8
            places = found.setdefault(term, [])
            size += 2
            if offset + at <= MOST_POSITIONS and len(places) < 200:
                places.append(f"{offset + at}{weight}")
        offset += last + 5
    return " ".join(f"'{term}':{','.join(places)}" if places else f"'{term}'" for term, places in found.items())


def question(text: str) -> str:
    """A tsquery's text: all that is asked must be there, words by their beginnings; "" if nothing is asked."""
    asked = [_of_run(piece) if _IS_CJK.match(piece) else f"'{_stem(piece)}':*" for piece in _pieces(text[:200])]
    return " & ".join(dict.fromkeys(asked))


def _of_run(run: str) -> str:
    if len(run) == 1:
        return f"'{run}'"
    pairs = [f"'{run[at : at + 2]}'" for at in range(len(run) - 1)]
    return "(" + " <-> ".join(pairs) + ")"


def looser(text: str) -> str:
    """A tsquery's text for which any of the terms is enough: tried where `question` finds nothing."""
    found: list[str] = []
    for piece in _pieces(text[:200]):
        pairs: Iterable[str] = [piece[at : at + 2] for at in range(len(piece) - 1)] if _IS_CJK.match(piece) else ()
        found += [f"'{pair}'" for pair in pairs] or [f"'{_stem(piece)}':*"]
    return " | ".join(dict.fromkeys(found))


def _pieces(text: str) -> list[str]:
    # Width and ligatures are folded, case too; the apostrophe is what terms are quoted with, and no piece has one.
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [piece[:LONGEST_TERM] if not _IS_CJK.match(piece) else piece for piece in _PIECES.findall(folded)]


def _stem(word: str) -> str:
    """Without the ending of an English plural (Harman's S stemmer)."""
    if len(word) > 3 and word.isascii():
        if word.endswith("ies") and word[-4] not in "ae":
            return word[:-3] + "y"
        if word.endswith("es") and word[-3] not in "aeo":
            return word[:-1]
        if word.endswith("s") and word[-2] not in "us":
            return word[:-1]
    return word
