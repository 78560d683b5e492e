"""Agents named for a queue, demands that relax, and what callers meet while they wait."""

import datetime
import django.core.validators
import django.db.models.deletion
import seatline.ids
import telephony.plans.models
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0001_people_and_presence'),
        ('telephony', '0004_outside'),
        ('tenants', '0005_room_limit'),
    ]

    operations = [
        migrations.CreateModel(
            name='QueueMember',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('penalty', models.PositiveSmallIntegerField(default=0, help_text='Agents with a higher penalty are rung when no other is free.', verbose_name='penalty')),
                ('position', models.PositiveSmallIntegerField(default=0, help_text='Order among equals; at the same position the agent number decides.', verbose_name='position')),
            ],
            options={
                'verbose_name': 'agent of the queue',
                'verbose_name_plural': 'agents of the queue',
                'ordering': ['queue', 'position'],
            },
        ),
        migrations.AlterModelOptions(
            name='queueskill',
            options={'ordering': ['queue', 'after', 'skill'], 'verbose_name': 'skill asked for', 'verbose_name_plural': 'skills asked for'},
        ),
        migrations.RemoveConstraint(
            model_name='queueskill',
            name='queue_asks_skill_once',
        ),
        migrations.RemoveConstraint(
            model_name='queueskill',
            name='queue_skill_level_is_1_to_10',
        ),
        migrations.AddField(
            model_name='queue',
            name='ageing',
            field=models.FloatField(default=0, help_text='Points of priority that a minute of waiting is worth.', verbose_name='ageing'),
        ),
        migrations.AddField(
            model_name='queue',
            name='announce_every',
            field=models.DurationField(default=datetime.timedelta(0), help_text='Interval of announcements to waiting callers; 0: none.', verbose_name='announce every'),
        ),
        migrations.AddField(
            model_name='queue',
            name='leave_empty',
            field=models.CharField(default='no', help_text='Whether callers who wait are sent on when nobody is left: the same words; no lets them wait.', max_length=60, validators=[telephony.plans.models.check_empty_words], verbose_name='leave when empty'),
        ),
        migrations.AddField(
            model_name='queue',
            name='messages',
            field=models.CharField(blank=True, help_text='Names of prompts, parted by spaces; each announcement ends with the next of them.', max_length=300, verbose_name='messages'),
        ),
        migrations.AddField(
            model_name='queue',
            name='retry',
            field=models.DurationField(default=datetime.timedelta(0), help_text='So long nobody is rung for a caller whom an agent did not answer.', verbose_name='rest after a ring'),
        ),
        migrations.AddField(
            model_name='queue',
            name='say_position',
            field=models.BooleanField(default=True, verbose_name='say the place'),
        ),
        migrations.AddField(
            model_name='queue',
            name='say_wait',
            field=models.BooleanField(default=True, verbose_name='say the wait'),
        ),
        migrations.AddField(
            model_name='queue',
            name='sticky',
            field=models.DurationField(default=datetime.timedelta(0), help_text='A caller who calls again within this time gets the last agent if free; 0: no.', verbose_name='same agent within'),
        ),
        migrations.AddField(
            model_name='queueskill',
            name='after',
            field=models.DurationField(default=datetime.timedelta(0), help_text='From then on this level is enough; it may be lower than that for those who just came, or 0.', verbose_name='after a wait of'),
        ),
        migrations.SeparateDatabaseAndState(
            # What was yes or no becomes the word that means the same.
            database_operations=[
                migrations.RunSQL(
                    """
                    ALTER TABLE telephony_queue ALTER COLUMN join_empty TYPE varchar(60)
                        USING CASE WHEN join_empty THEN 'yes' ELSE 'loose' END
                    """,
                    """
                    ALTER TABLE telephony_queue ALTER COLUMN join_empty TYPE boolean USING join_empty = 'yes'
                    """,
                ),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name='queue',
                    name='join_empty',
                    field=models.CharField(default='loose', help_text='Whether callers may begin to wait with nobody there: yes, no (paused agents do not count), strict (nor do those without a phone), loose (all who are logged in count), or the states that do not count, parted by commas: paused, unavailable, inuse, ringing, wrapup.', max_length=60, validators=[telephony.plans.models.check_empty_words], verbose_name='join when empty'),
                ),
            ],
        ),
        migrations.AlterField(
            model_name='queueskill',
            name='level',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(10)], verbose_name='least level'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('announce_every', datetime.timedelta(0)), ('announce_every__gte', datetime.timedelta(seconds=5)), _connector='OR'), ('ageing__gte', 0), ('retry__gte', datetime.timedelta(0)), ('sticky__gte', datetime.timedelta(0))), name='queue_waiting_is_sane', violation_error_message='Announcements are 5 seconds apart or more; nothing here is negative.'),
        ),
        migrations.AddConstraint(
            model_name='queueskill',
            constraint=models.UniqueConstraint(fields=('tenant', 'queue', 'skill', 'after'), name='queue_asks_skill_once', violation_error_message='The queue asks for this skill already: change its level.'),
        ),
        migrations.AddConstraint(
            model_name='queueskill',
            constraint=models.CheckConstraint(condition=models.Q(('after__gte', datetime.timedelta(0)), ('level__range', (0, 10))), name='queue_skill_level_is_0_to_10', violation_error_message='A level is a number from 0 to 10.'),
        ),
        migrations.AddField(
            model_name='queuemember',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent', verbose_name='agent'),
        ),
        migrations.AddField(
            model_name='queuemember',
            name='queue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='telephony.queue', verbose_name='queue'),
        ),
        migrations.AddField(
            model_name='queuemember',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddConstraint(
            model_name='queuemember',
            constraint=models.UniqueConstraint(fields=('tenant', 'queue', 'agent'), name='queue_names_agent_once', violation_error_message='This agent is named for the queue already.'),
        ),
        wall("telephony_queuemember", web="r", ops="rcud", tel="r"),
    ]
