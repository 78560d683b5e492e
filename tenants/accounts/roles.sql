-- The cluster's roles. Run once by a superuser before `migrate`; can be run again.
-- Roles that hold rights: cannot log in, own nothing, bypass nothing.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['seatline_web', 'seatline_ops', 'seatline_fin', 'seatline_tel'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', name);
        END IF;
    END LOOP;
    -- Roles that log in: the owner runs migrations and management commands; the web and the switch own nothing, and
    -- have no rights of their own on tenants' tables (NOINHERIT): they must enter a scope.
    FOREACH name IN ARRAY ARRAY['seatline_owner', 'seatline_app', 'seatline_switch'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS', name);
        END IF;
    END LOOP;
END $$;
ALTER ROLE seatline_owner CREATEDB;
GRANT seatline_web, seatline_ops, seatline_fin, seatline_tel TO seatline_owner;
-- The web is also the agents' desk: there it checks PINs and logs in as the phone codes do.
GRANT seatline_web, seatline_ops, seatline_fin, seatline_tel TO seatline_app;
GRANT seatline_tel TO seatline_switch;
