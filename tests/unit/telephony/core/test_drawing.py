"""The drawing of a call's stages is as new as the table."""

from docs.draw_states import FILE, text


def test_drawing_of_the_stages_is_current():
    assert FILE.read_text(encoding="utf-8") == text(), "run: python -m docs.draw_states"
