"""Who asks: keys that are in force and those that are not, people with a session, and what each may."""

from datetime import timedelta

import orjson
import pytest
from django.test import Client

from seatline import clock
from seatline.ids import new_id
from tenants.accounts.models import Membership, User
from tenants.accounts.rights import Kind, Right
from tenants.accounts.scope import operator_scope
from tenants.keys.callers import KeyRefused, caller_of_key
from tenants.keys.models import ApiKey
from tenants.keys.rules import read
from tenants.keys.services import (
    KeyLastsTooLong,
    KeyNeedsFinance,
    KeyWithoutRights,
    RightNotForKeys,
    forget_answers,
    make_key,
    revoke_key,
)
from tenants.trust.models import Operation
from tests.builders.api import Program, a_key
from tests.builders.tenants import NINE, a_tenant

pytestmark = pytest.mark.django_db


def a_person(name, tenant=None, role="owner", **fields):
    user = User.objects.create(username=name, **fields)
    if tenant:
        with operator_scope():
            Membership.objects.create(tenant=tenant, user=user, role=role)
    return user


def logged_in(user, **options):
    client = Client(raise_request_exception=False, **options)
    client.force_login(user)
    return client


def row_of(text):
    with operator_scope():
        return ApiKey.objects.get(pk=read(text).key_id)


def test_key_tells_on_whose_behalf_it_asks(museum):
    told = museum.program.get("me").json()

    assert told["kind"] == "tenant" and told["tenant"]["code"] == "museum"
    assert "plan:write" in told["rights"] and "tenants:write" not in told["rights"]


def test_secret_is_kept_nowhere(museum):
    text = a_key(museum.tenant)
    row = row_of(text)

    assert read(text).secret not in str({field.attname: getattr(row, field.attname) for field in row._meta.fields})
    assert text.startswith(row.prefix)


def test_stranger_is_asked_who_they_are(db):
    answer = Program().get("me")

    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["next_step"]


@pytest.mark.parametrize("text", ["", "sl_", "sl_" + "0" * 32 + "_" + "a" * 43, "Basic YTpi", "x" * 5000, "é"])
def test_key_that_is_none_is_refused_in_the_same_words(museum, text):
    refused = {KeyRefused().message}

    answer = Program(text).get("me") if text else Program(a_key(museum.tenant)[:-1]).get("me")

    assert answer.status_code == 401
    assert answer.json()["detail"] in refused


def test_key_with_a_wrong_secret_is_refused(museum):
    text = a_key(museum.tenant)
    other = a_key(museum.tenant)

    assert Program(text[:36] + other[36:]).get("me").status_code == 401


def test_revoked_key_ends_at_once(museum):
    text = a_key(museum.tenant)
    assert Program(text).get("me").status_code == 200

    with operator_scope():
        revoke_key(row_of(text), clock.now())

    assert Program(text).get("me").status_code == 401


def test_key_that_has_expired_is_refused(museum):
    at = clock.now()
    text = a_key(museum.tenant, at=at - timedelta(days=2), expires_at=at - timedelta(seconds=1))

    assert Program(text).get("me").status_code == 401


def test_key_in_the_name_of_a_leaver_is_refused(museum):
    person = a_person("leaver")
    text = a_key(museum.tenant, person=person)
    assert Program(text).get("me").status_code == 200

    User.objects.filter(pk=person.pk).update(is_active=False)

    assert Program(text).get("me").status_code == 401


def test_last_use_is_noted_to_the_minute(museum):
    text = a_key(museum.tenant)
    first = clock.now()
    caller_of_key(text, first)
    caller_of_key(text, first + timedelta(seconds=30))
    assert row_of(text).last_used_at == first

    caller_of_key(text, first + timedelta(seconds=61))

    assert row_of(text).last_used_at == first + timedelta(seconds=61)


def test_key_is_made_only_with_rights_that_its_kind_can_hold(museum):
    with operator_scope():
        with pytest.raises(RightNotForKeys):
            make_key(museum.tenant, Kind.TENANT, "x", [Right.TENANTS_WRITE], at=clock.now())
        with pytest.raises(RightNotForKeys):
            make_key(museum.tenant, Kind.TENANT, "x", [Right.KEYS_WRITE], at=clock.now())
        with pytest.raises(KeyWithoutRights):
            make_key(museum.tenant, Kind.TENANT, "x", [], at=clock.now())
        with pytest.raises(KeyNeedsFinance):
            make_key(None, Kind.FIN, "x", [Right.BILLING_WRITE], at=clock.now())
        with pytest.raises(KeyLastsTooLong):
            make_key(None, Kind.OPS, "x", [Right.PLAN_READ], at=NINE, expires_at=NINE)


def test_right_in_the_row_that_the_kind_cannot_hold_opens_nothing(museum):
    text = a_key(museum.tenant)
    with operator_scope():
        ApiKey.objects.filter(pk=read(text).key_id).update(rights=["tenants:write", "plan:read", "of:tomorrow"])

    assert Program(text).get("me").json()["rights"] == ["plan:read"]


def test_action_without_the_right_is_refused(museum):
    reader = Program(a_key(museum.tenant, rights=[Right.PLAN_READ]))

    assert reader.get("number-assignments").status_code == 200
    assert reader.get("seat-leases").status_code == 403
    assert museum.program.post("tenants", {"code": "new", "name": "New"}).status_code == 403


def test_owner_makes_and_revokes_keys_with_a_session_and_csrf(museum):
    client = logged_in(a_person("owner", museum.tenant), enforce_csrf_checks=True)
    body = {"name": "shop", "rights": ["plan:read"]}
    assert client.post("/api/v1/keys", body, "application/json").status_code == 403
    client.get("/admin/login/")
    token = client.cookies["csrftoken"].value

    made = client.post("/api/v1/keys", body, "application/json", headers={"X-CSRFToken": token})

    assert made.status_code == 201, made.content
    program = Program(made.json()["text"])
    assert program.get("me").json()["rights"] == ["plan:read"]
    assert "text" not in client.get("/api/v1/keys").json()["results"][0]
    gone = client.post(
        f"/api/v1/keys/{made.json()['id']}/revoke", {}, "application/json", headers={"X-CSRFToken": token}
    )
    assert gone.status_code == 200 and gone.json()["revoked_at"]
    assert program.get("me").status_code == 401


def test_key_makes_no_keys(museum):
    assert museum.program.post("keys", {"name": "x", "rights": ["plan:read"]}).status_code == 403


def test_owner_sees_and_revokes_no_key_of_the_neighbour(museum, harbour):
    theirs = row_of(a_key(harbour.tenant))
    client = logged_in(a_person("owner", museum.tenant))

    assert client.get(f"/api/v1/keys/{theirs.pk}").status_code == 404
    assert client.post(f"/api/v1/keys/{theirs.pk}/revoke", {}, "application/json").status_code == 404
    listed = {row["id"] for row in client.get("/api/v1/keys").json()["results"]}
    assert str(theirs.pk) not in listed and listed
    assert row_of(f"{theirs.prefix}_{'a' * 43}").revoked_at is None


def test_person_of_two_tenants_says_which_and_gets_no_third(museum, harbour):
    with operator_scope():
        a_tenant("lotus")
    user = a_person("both", museum.tenant)
    with operator_scope():
        Membership.objects.create(tenant=harbour.tenant, user=user, role="finance")
    client = logged_in(user)

    assert client.get("/api/v1/me").status_code == 400
    assert client.get("/api/v1/me", headers={"Seatline-Tenant": "harbour"}).json()["tenant"]["code"] == "harbour"
    assert client.get("/api/v1/me", headers={"Seatline-Tenant": "lotus"}).status_code == 403
    assert client.get("/api/v1/me", headers={"Seatline-Tenant": "nowhere"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("owner", {"keys:write", "billing:read", "plan:write"}, {"tenants:write", "contracts:read"}),
        ("supervisor", {"floor:act", "recordings:hear"}, {"billing:read", "keys:write"}),
        ("finance", {"billing:read"}, {"recordings:hear", "calls:read", "plan:read"}),
    ],
)
def test_roles_of_a_tenants_people(museum, role, may, may_not):
    rights = set(logged_in(a_person(role, museum.tenant, role)).get("/api/v1/me").json()["rights"])

    assert may <= rights and not may_not & rights


def test_account_without_any_role_is_nobody(db):
    assert logged_in(a_person("nobody")).get("/api/v1/me").status_code == 403


def test_same_request_twice_makes_one_and_answers_alike(ops):
    header = {"Idempotency-Key": str(new_id())}
    first = ops.post("tenants", {"code": "lotus", "name": "Lotus"}, **header)
    again = ops.post("tenants", {"code": "lotus", "name": "Lotus"}, **header)
    other = ops.post("tenants", {"code": "other", "name": "Lotus"}, **header)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json() and again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first


def test_operation_log_names_the_key_that_acted(ops):
    assert ops.post("tenants", {"code": "library", "name": "Library"}).status_code == 201
    with operator_scope():
        entry = Operation.objects.get(act="tenant.set_up", tenant__code="library")
        assert entry.actor.startswith("key a program ")
        assert orjson.loads(entry.content)["kind"] == "key"


def test_request_that_failed_may_be_sent_again_with_the_same_key(ops):
    header = {"Idempotency-Key": "once"}
    refused = ops.post("tenants", {"code": "lotus", "name": "Lotus", "time_zone": "Nowhere/Else"}, **header)
    mended = ops.post("tenants", {"code": "lotus", "name": "Lotus"}, **header)

    assert (refused.status_code, mended.status_code) == (400, 201)


def test_keys_of_requests_are_each_programs_own(ops):
    another = Program(a_key())
    header = {"Idempotency-Key": "mine"}

    assert ops.post("tenants", {"code": "one", "name": "One"}, **header).json()["code"] == "one"
    assert another.post("tenants", {"code": "two", "name": "Two"}, **header).json()["code"] == "two"


def test_kept_answers_are_forgotten_after_a_day(ops):
    ops.post("tenants", {"code": "lotus", "name": "Lotus"}, **{"Idempotency-Key": "old"})
    with operator_scope():
        assert forget_answers(clock.now() + timedelta(hours=23)) == 0
        assert forget_answers(clock.now() + timedelta(hours=25)) == 1


def test_secret_is_not_in_a_kept_answer(museum):
    client = logged_in(a_person("owner", museum.tenant))
    ask = {
        "data": {"name": "x", "rights": ["plan:read"]},
        "content_type": "application/json",
        "headers": {"Idempotency-Key": "k"},
    }

    assert client.post("/api/v1/keys", **ask).status_code == 201
    again = client.post("/api/v1/keys", **ask)

    assert again.status_code == 409 and again.json()["code"] == "answer_not_kept"


def test_change_of_what_somebody_else_has_changed_is_refused(ops, museum):
    path = f"tenants/{museum.tenant.pk}"
    tag = ops.get(path)["ETag"]
    assert ops.patch(path, {"name": "Museum of the City"}, **{"If-Match": tag}).status_code == 200

    late = ops.patch(path, {"name": "Old Museum"}, **{"If-Match": tag})

    assert late.status_code == 412
    assert ops.get(path).json()["name"] == "Museum of the City"


def test_errors_are_said_in_the_language_that_is_asked_for(db):
    english, chinese = Program().get("me").json(), Program(**{"Accept-Language": "zh-Hans"}).get("me").json()

    assert english["code"] == chinese["code"] == "not_authenticated"
    assert english["detail"] != chinese["detail"]


def test_misspelt_filters_and_fields_are_refused(ops):
    filtered, written = ops.get("tenants", {"staus": "active"}), ops.post("tenants", {"code": "a", "nam": "A"})

    assert filtered.status_code == 400 and filtered.json()["code"] == "query_unknown"
    assert written.status_code == 400
    assert {one["field"] for one in written.json()["errors"]} == {"nam"}


def test_too_many_requests_are_slowed_down(museum, settings):
    settings.API_RATES = {"known": "3/min", "stranger": "2/min"}

    assert [museum.program.get("me").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [Program("sl_x").get("me").status_code for _ in range(3)] == [401, 401, 429]
    assert Program(a_key(museum.tenant)).get("me").status_code == 200


def test_pages_follow_each_other(ops):
    with operator_scope():
        for no in range(5):
            a_tenant(f"t{no}")
    page, seen = ops.get("tenants", {"page_size": 2}).json(), []
    while True:
        seen += [row["code"] for row in page["results"]]
        if not page["next"]:
            break
        page = ops.get(page["next"].partition("/api/v1/")[2]).json()

    assert seen == [f"t{no}" for no in range(5)]
    assert ops.get("tenants", {"cursor": "nonsense"}).status_code == 400


@pytest.mark.parametrize("path", ["nowhere", "tenants/not-a-uuid", "me/too"])
def test_address_that_is_not_there_is_told_in_the_same_form(ops, path):
    answer = ops.get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [b"{", b'{"a": NaN}', b'"\\u0000"', b'{"code": "\\ud800"}', b"[" * 3000, b"\xff", b"1e999"]
)
def test_body_that_is_no_json_is_refused(ops, body):
    answer = ops.client.post("/api/v1/tenants", body, "application/json", headers=ops.headers)

    assert answer.status_code == 400
