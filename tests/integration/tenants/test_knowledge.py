"""Articles: found in both languages by real sentences, the best first, once they are shown; and by their revision."""

import pytest

from tenants.accounts.scope import operator_scope, tenant_scope
from tenants.knowledge.models import ArticleRevision
from tenants.knowledge.services import (
    ArticleChangedMeanwhile,
    RevisionUnknown,
    find_articles,
    show_article,
    shown_revision,
    write_article,
)
from tests.builders.tenants import NINE, a_tenant
from tests.builders.work import an_article

pytestmark = pytest.mark.django_db

ARTICLES = (
    ("门票价格和预约", "常设展览免费参观，请提前一天预约。特别展览门票六十元，学生半价。", "票务"),
    ("开放时间", "博物馆开放时间为周二至周日，上午九点至下午五点，周一闭馆。", "参观"),
    ("停车场", "地下停车场从上午八点开放，每小时十元。轮椅可以在入口处借用。", "参观"),
    ("Refunds", "Tickets are refunded until the day before the visit. A refund takes three working days.", "tickets"),
    ("Guided tours", "Tours in English start at ten and at two. Groups of more than ten people book a guide.", "visit"),
)


@pytest.fixture
def museum():
    with operator_scope():
        tenant = a_tenant("museum")
    with tenant_scope(tenant.pk):
        for title, body, category in ARTICLES:
            an_article(tenant, title, body, category=category)
        yield tenant


@pytest.mark.parametrize(("asked", "first"), [
    ("门票", "门票价格和预约"),
    ("门票多少钱", "门票价格和预约"),  # no article has all of it: the looser question
    ("几点开放", "开放时间"),
    ("周一", "开放时间"),
    ("停车", "停车场"),
    ("轮椅", "停车场"),
    ("票", "门票价格和预约"),
    ("refund", "Refunds"),
    ("refunded tickets", "Refunds"),
    ("tour", "Guided tours"),
    ("english tours", "Guided tours"),
    ("groups", "Guided tours"),
    ("ＲＥＦＵＮＤ", "Refunds"),
])  # fmt: skip
def test_question_finds_its_article(museum, asked, first):
    assert find_articles(asked)[0].title == first


@pytest.mark.parametrize("asked", ["天气预报", "weather", "", "!?", "点九"])
def test_question_that_nothing_answers_finds_nothing(museum, asked):
    assert find_articles(asked) == []


def test_article_named_so_comes_before_one_that_mentions_it(museum):
    an_article(museum, "讲解", "讲解员在开放时间内提供服务，开放时间以公告为准。")
    assert [one.title for one in find_articles("开放时间")] == ["开放时间", "讲解"]
    assert "九点至下午五点" in find_articles("周一")[0].excerpt


def test_draft_is_not_found_and_the_shown_revision_is(museum):
    row = write_article(museum, "Cloakroom", "Free of charge.", NINE, "anna")
    assert find_articles("cloakroom") == []
    show_article(row, 1, NINE)
    write_article(museum, "Cloakroom", "Two yuan.", NINE, "bob", article=row, seen=1)
    assert find_articles("yuan cloakroom")[0].excerpt.startswith("Free")
    assert shown_revision(row.pk).no == 1
    with pytest.raises(ArticleChangedMeanwhile):
        write_article(museum, "Cloakroom", "Mine.", NINE, "anna", article=row, seen=1)
    show_article(row, 2, NINE)
    assert find_articles("cloakroom")[0].excerpt == "Two yuan."
    with pytest.raises(RevisionUnknown):
        show_article(row, 9, NINE)
    show_article(row, None, NINE)
    assert find_articles("cloakroom") == [] and shown_revision(row.pk) is None
    assert ArticleRevision.objects.filter(article=row).count() == 2
