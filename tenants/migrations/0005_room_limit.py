"""The room's limit, held by PostgreSQL: at no instant are more seats let than are in service.

Every write of an occurrence and every seat taken out of service goes through one advisory lock, so that two of them
cannot both see the last free seat; then the occurrences that overlap are swept in order of time. The functions run
with the rights of the caller: only roles that see the rows of all tenants may write occurrences (migration 0004).
"""

from django.db import migrations

CREATE = """
-- The stretches of `span` in which more than `capacity` seats are let, the fullest first.
CREATE FUNCTION room_overfull(span tstzrange, capacity bigint)
RETURNS TABLE (held bigint, from_at timestamptz, to_at timestamptz) LANGUAGE sql STABLE AS $$
    WITH changes AS (
        SELECT greatest(starts_at, lower(span)) AS at, seats::bigint AS change
          FROM tenants_leaseoccurrence WHERE tstzrange(starts_at, ends_at) && span
         UNION ALL
        SELECT ends_at, -seats::bigint
          FROM tenants_leaseoccurrence
         WHERE tstzrange(starts_at, ends_at) && span AND ends_at IS NOT NULL AND span @> ends_at
    ), levels AS (
        SELECT at, sum(sum(change)) OVER (ORDER BY at) AS held, lead(at) OVER (ORDER BY at) AS next
          FROM changes GROUP BY at
    )
    SELECT held::bigint, at, coalesce(next, upper(span)) FROM levels WHERE held > capacity
     ORDER BY held DESC, at;
$$;

CREATE FUNCTION lock_room() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- A snapshot taken before the lock would not show what the one before us let.
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'seats are let in READ COMMITTED transactions only';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('seatline.room', 0));
END $$;

CREATE FUNCTION room_holds_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    capacity bigint;
    worst record;
BEGIN
    PERFORM lock_room();
    SELECT count(*) INTO capacity FROM tenants_seat WHERE in_service;
    SELECT * INTO worst FROM room_overfull(tstzrange(NEW.starts_at, NEW.ends_at), capacity) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% seats would be let and only % are in service', worst.held, capacity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'room_holds_no_more',
                  DETAIL = json_build_object('free', greatest(capacity - worst.held + NEW.seats, 0),
                                             'from_at', worst.from_at, 'to_at', worst.to_at)::text;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER room_holds_no_more AFTER INSERT OR UPDATE ON tenants_leaseoccurrence
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION room_holds_no_more();

CREATE FUNCTION seat_is_needed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    capacity bigint;
    worst record;
BEGIN
    PERFORM lock_room();
    SELECT count(*) INTO capacity FROM tenants_seat WHERE in_service;
    SELECT * INTO worst FROM room_overfull(tstzrange(now(), NULL), capacity) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% seats are let and only % would be in service', worst.held, capacity
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_is_needed',
                  DETAIL = json_build_object('from_at', worst.from_at, 'to_at', worst.to_at)::text;
    END IF;
    SELECT starts_at AS from_at, ends_at AS to_at INTO worst FROM tenants_namedseat
     WHERE seat_id = OLD.id AND (ends_at IS NULL OR ends_at > now()) ORDER BY starts_at LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'seat % is let by name', OLD.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_is_needed',
                  DETAIL = json_build_object('from_at', worst.from_at, 'to_at', worst.to_at)::text;
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER seat_taken_out_of_service AFTER UPDATE OF in_service ON tenants_seat
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (OLD.in_service AND NOT NEW.in_service)
    EXECUTE FUNCTION seat_is_needed();
CREATE CONSTRAINT TRIGGER seat_taken_away AFTER DELETE ON tenants_seat
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW WHEN (OLD.in_service) EXECUTE FUNCTION seat_is_needed();

CREATE FUNCTION named_seat_is_in_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_room();
    IF NOT EXISTS (SELECT FROM tenants_seat WHERE id = NEW.seat_id AND in_service) THEN
        RAISE EXCEPTION 'the seat is out of service'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'named_seat_is_in_service';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER named_seat_is_in_service AFTER INSERT ON tenants_namedseat
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION named_seat_is_in_service();
"""

DROP = """
DROP TRIGGER named_seat_is_in_service ON tenants_namedseat;
DROP TRIGGER seat_taken_away ON tenants_seat;
DROP TRIGGER seat_taken_out_of_service ON tenants_seat;
DROP TRIGGER room_holds_no_more ON tenants_leaseoccurrence;
DROP FUNCTION named_seat_is_in_service();
DROP FUNCTION seat_is_needed();
DROP FUNCTION room_holds_no_more();
DROP FUNCTION lock_room();
DROP FUNCTION room_overfull(tstzrange, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_numbers_and_seats")]

    operations = [migrations.RunSQL(CREATE, DROP)]
