"""The room: never more seats let than are there, whoever asks and however."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tenants.accounts.scope import operator_scope, telephony_scope, tenant_scope
from tenants.seats import services
from tenants.seats.hours import free_hours
from tenants.seats.models import LeaseOccurrence, NamedSeat, SeatLease
from tenants.seats.rules import HORIZON, Season, Window
from tests.builders.tenants import NINE, a_lease, a_room, a_tenant

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(1, 8))
NIGHT = Window(EVERY_DAY, time(20), time(8))
BY_DAY = Window(EVERY_DAY, time(8), time(20))


@pytest.fixture
def scope():
    with operator_scope():
        a_room(10)
        yield


@pytest.fixture
def museum(scope):
    return a_tenant("museum")


@pytest.fixture
def lotus(scope):
    return a_tenant("lotus")


def test_the_room_is_let_to_the_last_seat_and_not_further(museum, lotus):
    a_lease(museum, 7)
    a_lease(lotus, 3)
    with pytest.raises(services.RoomFull, match="Only 0 seats"):
        a_lease(lotus, 1, starts_at=NINE + 30 * DAY, ends_at=NINE + 31 * DAY)
    assert services.room_load(NINE).free == 0
    assert services.room_load(NINE).by_tenant == {museum.id: 7, lotus.id: 3}
    assert SeatLease.objects.count() == 2


def test_the_refusal_says_how_many_seats_are_free_and_when(museum, lotus):
    a_lease(museum, 8, starts_at=NINE + 2 * DAY, ends_at=NINE + 3 * DAY)
    with pytest.raises(services.RoomFull) as refused:
        a_lease(lotus, 5)
    assert refused.value.details["free"] == 2
    assert datetime.fromisoformat(refused.value.details["from_at"]) == NINE + 2 * DAY
    assert datetime.fromisoformat(refused.value.details["to_at"]) == NINE + 3 * DAY


def test_leases_that_only_touch_may_both_have_the_whole_room(museum, lotus):
    a_lease(museum, 10, ends_at=NINE + DAY)
    a_lease(lotus, 10, starts_at=NINE + DAY)
    assert services.room_load(NINE + DAY).let == 10


def test_day_and_night_share_the_seats(museum, lotus):
    a_lease(museum, 10, windows=[BY_DAY])
    a_lease(lotus, 10, windows=[NIGHT])
    assert services.seats_in_force(museum.id, NINE) == 10
    assert services.seats_in_force(lotus.id, NINE) == 0
    assert services.seats_in_force(lotus.id, NINE + 12 * HOUR) == 10
    assert services.until(lotus.id, NINE + 12 * HOUR) == NINE + 23 * HOUR


def test_one_night_that_does_not_fit_refuses_the_whole_lease(museum, lotus):
    a_lease(museum, 8, starts_at=NINE + 100 * DAY, ends_at=NINE + 100 * DAY + 14 * HOUR)
    with pytest.raises(services.RoomFull):
        a_lease(lotus, 5, windows=[NIGHT])
    assert not LeaseOccurrence.objects.filter(tenant=lotus).exists()
    assert not SeatLease.objects.filter(tenant=lotus).exists()


def test_the_database_itself_refuses_one_seat_too_many(museum, lotus):
    lease = a_lease(museum, 10)
    insert = (
        "INSERT INTO tenants_leaseoccurrence (id, tenant_id, lease_id, seats, starts_at, ends_at)"
        " VALUES (%s, %s, %s, 1, %s, NULL)"
    )
    other = SeatLease.objects.create(tenant=lotus, seats=1, starts_at=NINE)
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="11 seats would be let and only 10"), transaction.atomic():
            cursor.execute(insert, [uuid4(), lotus.id, other.id, NINE + DAY])
        with pytest.raises(IntegrityError, match="11 seats"), transaction.atomic():
            cursor.execute("UPDATE tenants_leaseoccurrence SET seats = 11 WHERE lease_id = %s", [lease.id])


def test_history_is_no_reason_to_refuse(museum, lotus):
    a_lease(museum, 10, starts_at=NINE - 30 * DAY, ends_at=NINE - DAY)
    assert a_lease(lotus, 10)


def test_a_lease_that_ends_frees_its_seats_from_then_on(museum, lotus):
    lease = a_lease(museum, 10, windows=[NIGHT])
    # In the middle of the second night.
    end = NINE + DAY + 15 * HOUR
    services.end_lease(lease.id, end)
    assert services.seats_in_force(museum.id, end - HOUR) == 10
    assert services.seats_in_force(museum.id, end) == 0
    assert services.until(museum.id, end - HOUR) == end
    assert a_lease(lotus, 10, starts_at=end)


def test_an_end_outside_the_lease_is_refused(museum):
    lease = a_lease(museum, 2, ends_at=NINE + DAY)
    for end in (NINE, NINE + 2 * DAY):
        with pytest.raises(services.LeaseEndsEarlier):
            services.end_lease(lease.id, end)
    with pytest.raises(services.LeaseUnknown):
        services.end_lease(uuid4(), NINE)


def test_a_lease_grows_and_shrinks_in_mid_month_with_its_hours(museum):
    contract = uuid4()
    lease = a_lease(museum, 5, windows=[NIGHT], contract_id=contract)
    evening = NINE + 10 * DAY + 12 * HOUR
    services.resize_lease(lease.id, 7, NINE + 10 * DAY, at=NINE)
    assert services.seats_in_force(museum.id, evening - DAY) == 5
    assert services.seats_in_force(museum.id, evening) == 7
    assert services.seats_in_force(museum.id, evening - 2 * HOUR) == 0
    rows = services.leased_seats(museum.id, evening - DAY, evening + HOUR)
    assert [(row.seats, row.contract_id, row.ends_at - row.starts_at) for row in rows] == [
        (5, contract, 11 * HOUR),
        (7, contract, 2 * HOUR),
    ]


def test_growing_beyond_the_room_changes_nothing(museum, lotus):
    lease = a_lease(museum, 5)
    a_lease(lotus, 5)
    with pytest.raises(services.RoomFull):
        services.resize_lease(lease.id, 6, NINE + DAY, at=NINE)
    assert services.seats_in_force(museum.id, NINE + 2 * DAY) == 5


def test_a_named_seat_is_never_let_twice(museum, lotus):
    a_lease(museum, 2, named=[3, 4], windows=[BY_DAY])
    a_lease(lotus, 2, named=[3, 4], windows=[NIGHT])
    with pytest.raises(services.SeatTaken, match="4, 5"):
        a_lease(lotus, 2, named=[4, 5], starts_at=NINE + DAY)
    assert services.tenant_of_named_seat(3, NINE) == museum.id
    assert services.tenant_of_named_seat(3, NINE + 12 * HOUR) == lotus.id
    assert services.tenant_of_named_seat(5, NINE) is None
    assert services.holding(museum.id, NINE) == services.Holding(pooled=0, named=frozenset({3, 4}))


def test_the_database_itself_refuses_a_named_seat_twice(museum, lotus):
    a_lease(museum, 1, named=[3])
    a_lease(lotus, 1)
    row = NamedSeat.objects.get()
    with pytest.raises(IntegrityError, match="seat_is_let_once"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tenants_namedseat (id, tenant_id, occurrence_id, seat_id, starts_at) VALUES (%s,%s,%s,%s,%s)",
            [uuid4(), lotus.id, LeaseOccurrence.objects.get(tenant=lotus).id, row.seat_id, NINE + DAY],
        )


def test_a_named_lease_that_ends_gives_its_seats_back(museum, lotus):
    lease = a_lease(museum, 1, named=[3])
    services.end_lease(lease.id, NINE + DAY)
    assert a_lease(lotus, 1, named=[3], starts_at=NINE + DAY)


def test_named_seats_must_be_there_and_as_many_as_the_lease_says(museum):
    with pytest.raises(services.SeatUnknown, match="99"):
        a_lease(museum, 1, named=[99])
    with pytest.raises(services.SeatUnknown):
        a_lease(museum, 2, named=[3])
    assert not SeatLease.objects.exists()


def test_a_seat_that_is_needed_stays_in_service(museum):
    a_lease(museum, 9)
    services.take_out_of_service(10)
    with pytest.raises(services.SeatNeeded, match="Seat 9"):
        services.take_out_of_service(9)
    out_of_service = "UPDATE tenants_seat SET in_service = false WHERE number = 9"
    with pytest.raises(IntegrityError, match="only 8 would be"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(out_of_service)
    services.put_into_service(10)
    services.take_out_of_service(9)


def test_a_seat_let_by_name_stays_in_service(museum):
    a_lease(museum, 1, named=[3])
    with pytest.raises(services.SeatNeeded):
        services.take_out_of_service(3)
    services.take_out_of_service(4)
    with pytest.raises(services.SeatOutOfService):
        a_lease(museum, 1, named=[4])


def test_weekly_hours_are_laid_out_further_as_time_goes_on(museum):
    lease = a_lease(museum, 5, windows=[NIGHT])
    assert lease.expanded_until == NINE + HORIZON
    later = NINE + 30 * DAY
    assert services.extend_horizon(later) == []
    assert services.extend_horizon(later) == []
    lease.refresh_from_db()
    assert lease.expanded_until == later + HORIZON
    night = later + HORIZON - 12 * HOUR
    assert services.seats_in_force(museum.id, night) == 5
    total = sum((row.ends_at - row.starts_at for row in LeaseOccurrence.objects.all()), timedelta())
    assert total == 12 * HOUR * (HORIZON.days + 30)


def test_a_lease_with_an_end_is_laid_out_to_it(museum):
    lease = a_lease(museum, 5, windows=[NIGHT], ends_at=NINE + 10 * DAY)
    assert lease.expanded_until == NINE + 10 * DAY
    assert LeaseOccurrence.objects.count() == 10
    assert services.extend_horizon(NINE + 5 * DAY) == []


def test_hours_that_no_longer_fit_are_told_and_the_others_laid_out(museum, lotus):
    nights = a_lease(museum, 5, windows=[NIGHT])
    days = a_lease(lotus, 5, windows=[BY_DAY])
    for seat in range(1, 6):
        services.take_out_of_service(seat)
    # Raw SQL takes all seats of one night beyond the horizon, as no service would.
    other = SeatLease.objects.create(tenant=lotus, seats=5, starts_at=NINE)
    night = NINE + HORIZON + 2 * DAY + 12 * HOUR
    LeaseOccurrence.objects.create(tenant=lotus, lease=other, seats=5, starts_at=night, ends_at=night + HOUR)
    assert services.extend_horizon(NINE + 10 * DAY) == [nights]
    days.refresh_from_db()
    assert days.expanded_until == NINE + 10 * DAY + HORIZON


def test_a_lease_far_ahead_or_without_any_hours_is_refused(museum):
    with pytest.raises(services.LeaseTooFarAhead, match="370 days"):
        a_lease(museum, 1, starts_at=NINE + 380 * DAY)
    with pytest.raises(services.LeaseEmpty):
        a_lease(museum, 1, windows=[NIGHT], ends_at=NINE + HOUR)
    assert not SeatLease.objects.exists()


def test_a_lease_follows_the_clocks_of_its_tenant(scope):
    berlin = a_tenant("berlin", time_zone="Europe/Berlin")
    a_lease(berlin, 1, windows=[Window(EVERY_DAY, time(9), time(17))])
    # Nine in Berlin is eight UTC in winter and seven in summer.
    assert services.seats_in_force(berlin.id, datetime(2026, 12, 1, 8, 0, tzinfo=UTC)) == 1
    assert services.seats_in_force(berlin.id, datetime(2027, 6, 1, 7, 0, tzinfo=UTC)) == 1
    assert services.seats_in_force(berlin.id, datetime(2026, 12, 1, 7, 0, tzinfo=UTC)) == 0


def test_a_tenant_sees_its_own_leases_and_can_grant_none(museum, lotus):
    a_lease(museum, 4)
    a_lease(lotus, 3)
    with tenant_scope(museum.id):
        assert services.room_load(NINE).by_tenant == {museum.id: 4}
        with connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT tenant_id FROM tenants_seatlease")
            assert cursor.fetchall() == [(museum.id,)]
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            a_lease(museum, 1)


def test_telephony_may_read_leases_and_change_none(museum):
    a_lease(museum, 4)
    with telephony_scope():
        assert services.seats_in_force(museum.id, NINE) == 4
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            LeaseOccurrence.objects.update(seats=9)


def test_seats_of_a_season_come_back_every_year_and_are_free_in_between(museum, lotus):
    winter = Season((12, 1), (2, 28))
    services.grant_lease(museum, 10, NINE, at=NINE, season=winter)
    with pytest.raises(services.RoomFull):
        services.grant_lease(lotus, 1, NINE + 30 * DAY, at=NINE)
    services.grant_lease(lotus, 10, NINE + 100 * DAY, NINE + 120 * DAY, at=NINE)
    assert services.seats_in_force(museum.id, NINE) == 0
    assert services.seats_in_force(museum.id, NINE + 30 * DAY) == 10
    # Next winter is laid out day by day; the season stays with the lease when it grows or shrinks.
    services.extend_horizon(NINE + 60 * DAY)
    assert services.seats_in_force(museum.id, NINE + 380 * DAY) == 10
    lease = SeatLease.objects.get(tenant=museum)
    later = services.resize_lease(lease.id, 4, NINE + 30 * DAY, at=NINE)
    assert (later.season_from, later.season_to) == ("12-01", "02-28")
    assert services.seats_in_force(museum.id, NINE + 40 * DAY) == 4


def test_weekly_table_shows_the_fewest_seats_that_are_free(museum):
    services.grant_lease(museum, 4, NINE, NINE + 8 * DAY, at=NINE, windows=[BY_DAY])
    table = free_hours(NINE, ZoneInfo("Asia/Shanghai"))
    assert table.seats == 10
    by_day = dict(table.rows)
    assert {by_day[day][hour] for day in range(1, 8) for hour in range(8, 20)} == {6}
    assert {by_day[day][hour] for day in range(1, 8) for hour in (0, 7, 20, 23)} == {10}
