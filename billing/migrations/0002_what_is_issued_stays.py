"""Triggers that keep issued documents, approved prices, usage and files as they are, whoever asks and however.

They hold for `queryset.update()` and for SQL typed by hand. No role is granted TRUNCATE.
"""

from django.db import migrations

KEEP_DOCUMENT = """
CREATE FUNCTION billing_keep_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'issued' THEN
        RAISE EXCEPTION 'Document % is issued and never changes; correct it with a credit note.', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'Only a draft can be deleted; this document is %.', OLD.status
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_keep_document BEFORE UPDATE OR DELETE ON billing_document
    FOR EACH ROW EXECUTE FUNCTION billing_keep_document();
"""

# The document is locked against a change of status while a line is written, so that none slips in beside the issue.
KEEP_PART = """
CREATE FUNCTION billing_keep_part_of_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found_status text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        SELECT status INTO found_status FROM billing_document WHERE id = OLD.document_id FOR SHARE;
        IF found_status IS DISTINCT FROM 'draft' THEN
            RAISE EXCEPTION 'Rows of a document that is no draft do not change.' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    SELECT status INTO found_status FROM billing_document WHERE id = NEW.document_id FOR SHARE;
    IF found_status IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'Rows of a document that is no draft do not change.' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_keep_line BEFORE INSERT OR UPDATE OR DELETE ON billing_documentline
    FOR EACH ROW EXECUTE FUNCTION billing_keep_part_of_document();
CREATE TRIGGER billing_keep_tax BEFORE INSERT OR UPDATE OR DELETE ON billing_documenttax
    FOR EACH ROW EXECUTE FUNCTION billing_keep_part_of_document();
CREATE TRIGGER billing_keep_charge BEFORE INSERT OR UPDATE OR DELETE ON billing_charge
    FOR EACH ROW EXECUTE FUNCTION billing_keep_part_of_document();
"""

KEEP_PRICES = """
CREATE FUNCTION billing_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_at IS NOT NULL THEN
        RAISE EXCEPTION 'An approved version of a contract does not change; write a new version.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER billing_keep_version BEFORE UPDATE OR DELETE ON billing_contractversion
    FOR EACH ROW EXECUTE FUNCTION billing_keep_version();
CREATE FUNCTION billing_keep_price() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    price_row billing_pricecomponent := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    approved boolean;
BEGIN
    -- The version is locked against its approval while a price is written. A price never moves to another version.
    SELECT approved_at IS NOT NULL INTO approved FROM billing_contractversion WHERE id = price_row.version_id FOR SHARE;
    IF approved OR (TG_OP = 'UPDATE' AND OLD.version_id <> NEW.version_id) THEN
        RAISE EXCEPTION 'The prices of an approved version do not change; write a new version.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN price_row;
END $$;
CREATE TRIGGER billing_keep_price BEFORE INSERT OR UPDATE OR DELETE ON billing_pricecomponent
    FOR EACH ROW EXECUTE FUNCTION billing_keep_price();
"""

ONLY_ADDED = """
CREATE FUNCTION billing_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are added and never changed.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER billing_only_added BEFORE UPDATE OR DELETE ON billing_usagerecord
    FOR EACH ROW EXECUTE FUNCTION billing_only_added();
CREATE TRIGGER billing_only_added BEFORE UPDATE OR DELETE ON billing_artefact
    FOR EACH ROW EXECUTE FUNCTION billing_only_added();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_tables")]

    operations = [
        migrations.RunSQL(KEEP_DOCUMENT, "DROP FUNCTION billing_keep_document() CASCADE"),
        migrations.RunSQL(KEEP_PART, "DROP FUNCTION billing_keep_part_of_document() CASCADE"),
        migrations.RunSQL(
            KEEP_PRICES, "DROP FUNCTION billing_keep_version() CASCADE; DROP FUNCTION billing_keep_price() CASCADE"
        ),
        migrations.RunSQL(ONLY_ADDED, "DROP FUNCTION billing_only_added() CASCADE"),
    ]
