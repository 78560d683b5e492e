"""Terms by which texts are found again: real sentences, in Chinese and English."""

from tenants.terms import looser, question, terms_of, vector


def terms(text: str) -> set[str]:
    return {term for term, _ in terms_of(text)}


def test_chinese_gives_each_character_and_each_pair_of_neighbours():
    assert terms("门票六十元") >= {"门", "票", "门票", "票六", "六十", "十元"}
    assert "票，" not in terms("门票，六十元") and "票六" not in terms("门票，六十元")


def test_english_words_are_small_and_without_plural():
    assert terms("Tickets for Families' CLASSES") >= {"ticket", "for", "family", "classe"}
    assert terms("bus glass lines") == {"bus", "glass", "line"}


def test_full_width_is_folded():
    assert terms("ＶＩＰ　１２５２") >= {"vip", "1252"}


def test_number_is_found_by_any_four_digits_in_a_row():
    tails = terms("+8613800138000")
    assert {"8613800138000", "13800138000", "8000"} <= tails and "000" not in tails
    assert any(tail.startswith("0013") for tail in tails)


def test_languages_mixed_in_one_sentence():
    assert terms("请拨打hotline转8号键") >= {"请拨", "hotline", "转", "8", "号键"}


def test_question_of_several_characters_is_a_phrase():
    assert question("门票价格") == "('门票' <-> '票价' <-> '价格')"
    assert question("票") == "'票'"


def test_question_of_words_asks_for_all_by_their_beginnings():
    assert question("ticket prices") == "'ticket':* & 'price':*"
    assert question("退货 refund") == "('退货') & 'refund':*"


def test_nothing_that_is_asked_can_break_the_question():
    assert question("':* | !(&<->\\") == ""
    assert question("o'clock") == "'o':* & 'clock':*"
    assert looser("' | x") == "'x':*"


def test_looser_question_takes_any_of_the_terms():
    assert looser("退货流程 policy") == "'退货' | '货流' | '流程' | 'policy':*"


def test_vector_of_a_text_of_nothing_but_digits_stays_within_what_postgresql_takes():
    numbers = " ".join(f"{no:050}" for no in range(1000))
    assert len(vector((numbers, "D")).encode()) < 900_000


def test_vector_keeps_weights_apart_and_positions_in_order():
    text = vector(("门票", "A"), ("票价", "D"))
    assert "'门票':1A" in text and "'票价':8D" in text and "'票':2A,8D" in text
    assert "''" not in vector(("it's", "A"))
