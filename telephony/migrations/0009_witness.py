"""What Asterisk itself writes of its channels, with a bookmark, and what calls and legs tell of it."""

import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0008_queue_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='CelBookmark',
            fields=[
                ('file', models.CharField(help_text='Hash of its first line.', max_length=64, primary_key=True, serialize=False, verbose_name='file')),
                ('offset', models.BigIntegerField(default=0, verbose_name='read up to')),
                ('read_at', models.DateTimeField(verbose_name='read at')),
            ],
            options={
                'verbose_name': 'bookmark in a file of channel events',
                'verbose_name_plural': 'bookmarks in files of channel events',
            },
        ),
        migrations.AddField(
            model_name='call',
            name='end_estimated',
            field=models.BooleanField(default=False, help_text='Asterisk broke off: the call ends when it was last seen.', verbose_name='end estimated'),
        ),
        migrations.AddField(
            model_name='call',
            name='witnessed',
            field=models.BooleanField(default=False, help_text="Asterisk's own record has the end of every channel.", verbose_name='confirmed by Asterisk'),
        ),
        migrations.AddField(
            model_name='leg',
            name='end_estimated',
            field=models.BooleanField(default=False, help_text='Asterisk broke off: the leg ends when it was last seen.', verbose_name='end estimated'),
        ),
        migrations.CreateModel(
            name='ChannelEvent',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('dedupe_key', models.CharField(editable=False, help_text='Hash of the line: the same line is the same event.', max_length=64, verbose_name='key')),
                ('call_id', models.UUIDField(verbose_name='call')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('at', models.DateTimeField(help_text="By Asterisk's clock, to the microsecond.", verbose_name='at')),
                ('channel', models.CharField(max_length=150, verbose_name='channel')),
                ('linked', models.CharField(max_length=150, verbose_name='began with')),
                ('body', models.JSONField(verbose_name='content')),
            ],
            options={
                'verbose_name': 'channel event',
                'verbose_name_plural': 'channel events',
                'ordering': ['at', 'id'],
                'indexes': [
                    models.Index(fields=['call_id'], name='channel_events_of_call'),
                    models.Index(condition=models.Q(('kind', 'CHAN_START')), fields=['at'], name='channels_by_start'),
                ],
                'constraints': [models.UniqueConstraint(fields=('dedupe_key',), name='channel_event_is_kept_once', violation_error_message='This event is on record already.')],
            },
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION channel_event_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'channel events are never changed'
                    USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'channel_event_is_written_once';
            END $$;
            CREATE TRIGGER channel_event_is_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON telephony_channelevent
                FOR EACH STATEMENT EXECUTE FUNCTION channel_event_is_written_once();
            """,
            """
            DROP TRIGGER channel_event_is_written_once ON telephony_channelevent;
            DROP FUNCTION channel_event_is_written_once();
            """,
        ),
        # No tenant's people see them: Asterisk's channels belong to the operator, and name callers of all tenants.
        wall("telephony_channelevent", tenant_column=None, ops="r", fin="r", tel="rc"),
        wall("telephony_celbookmark", tenant_column=None, ops="r", tel="rcu"),
    ]
