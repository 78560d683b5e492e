"""The operation log: one chain for each tenant and one of the operator, which only a function writes to."""

import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall


# The rows' hashes are made here and nowhere else, under a lock of the chain, by the tables' owner: no role that a
# program can take on may insert. A tenant's people write to their own chain alone.
LOG = """
CREATE FUNCTION log_operation(owner uuid, moment timestamptz, deed text, doer text, words text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    number bigint := 1;
    previous text := repeat('0', 64);
BEGIN
    IF current_setting('role') = 'seatline_web'
       AND owner IS DISTINCT FROM nullif(current_setting('app.tenant', true), '')::uuid THEN
        RAISE EXCEPTION 'this is the log of another' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('operation log ' || coalesce(owner::text, ''), 0));
    SELECT seq + 1, hash INTO number, previous FROM tenants_operation
        WHERE tenant_id IS NOT DISTINCT FROM owner ORDER BY seq DESC LIMIT 1;
    IF NOT FOUND THEN
        number := 1;
        previous := repeat('0', 64);
    END IF;
    INSERT INTO tenants_operation (id, tenant_id, seq, at, act, actor, content, before, hash)
    VALUES (gen_random_uuid(), owner, number, moment, deed, doer, words, previous,
            encode(sha256(convert_to(previous || E'\\n' || number || E'\\n' || words || E'\\n', 'UTF8')), 'hex'));
END $$;
REVOKE ALL ON FUNCTION log_operation(uuid, timestamptz, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log_operation(uuid, timestamptz, text, text, text)
    TO seatline_web, seatline_ops, seatline_fin, seatline_tel;
CREATE POLICY writer ON tenants_operation TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION operations_are_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the operation log is never changed'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'operations_are_written_once';
END $$;
CREATE TRIGGER operations_are_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON tenants_operation
    FOR EACH STATEMENT EXECUTE FUNCTION operations_are_written_once();
CREATE TRIGGER anchors_are_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON tenants_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION operations_are_written_once();
"""
UNDO = """
DROP TRIGGER anchors_are_written_once ON tenants_anchor;
DROP TRIGGER operations_are_written_once ON tenants_operation;
DROP FUNCTION operations_are_written_once();
DROP POLICY writer ON tenants_operation;
DROP FUNCTION log_operation(uuid, timestamptz, text, text, text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0006_api_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Anchor',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveBigIntegerField(verbose_name='number')),
                ('hash', models.CharField(max_length=64, verbose_name='hash')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('signature', models.CharField(help_text='Ed25519 over the head, hexadecimal.', max_length=128, verbose_name='signature')),
                ('public_key', models.CharField(max_length=64, verbose_name='public key')),
                ('tenant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'anchor',
                'verbose_name_plural': 'anchors',
                'ordering': ['tenant', '-seq'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'seq'), name='anchor_number_is_unique', violation_error_message='A head is signed once.', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Operation',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveBigIntegerField(verbose_name='number')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('act', models.CharField(max_length=60, verbose_name='act')),
                ('actor', models.CharField(max_length=150, verbose_name='who')),
                ('content', models.TextField(verbose_name='content')),
                ('before', models.CharField(max_length=64, verbose_name='hash before')),
                ('hash', models.CharField(max_length=64, verbose_name='hash')),
                ('tenant', models.ForeignKey(help_text="Empty: an act on the operator's own things.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'operation',
                'verbose_name_plural': 'operations',
                'ordering': ['tenant', '-seq'],
                'indexes': [models.Index(fields=['tenant', 'at'], name='operations_of_tenant')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'seq'), name='operation_number_is_unique', violation_error_message='Each number of a log is given once.', nulls_distinct=False)],
            },
        ),
        wall("tenants_operation", web="r", ops="r"),
        wall("tenants_anchor", web="r", ops="rc"),
        migrations.RunSQL(LOG, UNDO),
    ]
