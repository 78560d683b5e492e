"""Supervisors in talks, payments out of recordings, shared recordings, and how long sound is kept."""

import datetime
import django.core.validators
import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import also, wall


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0004_intervals_that_go_on'),
        ('telephony', '0017_board'),
        ('tenants', '0009_customers_cases_knowledge'),
    ]

    operations = [
        migrations.CreateModel(
            name='Destroyed',
            fields=[
                ('id', models.UUIDField(editable=False, help_text='That of the recording or message.', primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('recording', 'recordings'), ('voicemail', 'voicemail')], max_length=10, verbose_name='kind')),
                ('call_id', models.UUIDField(verbose_name='call')),
                ('size', models.PositiveBigIntegerField(help_text='In bytes.', verbose_name='size')),
                ('sha256', models.CharField(blank=True, help_text='Empty: there was no file.', max_length=64, verbose_name='SHA-256')),
                ('why', models.CharField(choices=[('age', 'older than agreed'), ('asked', 'deleted by a person')], max_length=5, verbose_name='why')),
                ('destroyed_at', models.DateTimeField(verbose_name='destroyed at')),
            ],
            options={
                'verbose_name': 'destroyed sound',
                'verbose_name_plural': 'destroyed sound',
                'ordering': ['-destroyed_at'],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(help_text="Such as the court's reference.", max_length=200, verbose_name='reason')),
                ('placed_at', models.DateTimeField(verbose_name='placed at')),
                ('lifted_at', models.DateTimeField(blank=True, null=True, verbose_name='lifted at')),
            ],
            options={
                'verbose_name': 'legal hold',
                'verbose_name_plural': 'legal holds',
                'ordering': ['-placed_at'],
            },
        ),
        migrations.CreateModel(
            name='Listening',
            fields=[
                ('id', models.UUIDField(editable=False, help_text='Made from call and number.', primary_key=True, serialize=False)),
                ('no', models.PositiveSmallIntegerField(verbose_name='number')),
                ('leg', models.PositiveSmallIntegerField(verbose_name='leg')),
                ('agent_id', models.UUIDField(help_text='Whose talk it was.', verbose_name='agent')),
                ('by_id', models.UUIDField(help_text='An agent or a user.', verbose_name='supervisor')),
                ('ways', models.CharField(help_text='One after another, as he turned to them.', max_length=60, verbose_name='ways')),
                ('endpoint', models.CharField(blank=True, max_length=80, verbose_name='phone')),
                ('begun_at', models.DateTimeField(verbose_name='from')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='to')),
                ('reason', models.CharField(blank=True, choices=[('', 'goes on'), ('hung_up', 'the supervisor hung up'), ('asked', 'ended from the screen'), ('talk_over', 'the talk was over'), ('took_over', 'took the call over')], max_length=10, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'supervisor in a talk',
                'verbose_name_plural': 'supervisors in talks',
                'ordering': ['-begun_at'],
            },
        ),
        migrations.CreateModel(
            name='RecordingShare',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('recording_id', models.UUIDField(verbose_name='recording')),
                ('to_whom', models.CharField(help_text='Whoever gets the link, and what for.', max_length=120, verbose_name='for whom')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('made_by', models.CharField(max_length=150, verbose_name='made by')),
                ('expires_at', models.DateTimeField(verbose_name='valid until')),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='revoked at')),
            ],
            options={
                'verbose_name': 'shared recording',
                'verbose_name_plural': 'shared recordings',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('recording', 'recordings'), ('voicemail', 'voicemail')], max_length=10, verbose_name='kind')),
                ('days', models.PositiveIntegerField(help_text='Whole days from the storing on; what is older is destroyed in the next night.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='days')),
                ('contract', models.CharField(blank=True, help_text='Where this is agreed.', max_length=60, verbose_name='contract')),
            ],
            options={
                'verbose_name': 'retention',
                'verbose_name_plural': 'retention',
                'ordering': ['tenant', 'kind'],
            },
        ),
        migrations.CreateModel(
            name='Supervisor',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('listen', models.BooleanField(default=True, help_text='Hears both, and is heard by nobody.', verbose_name='listen')),
                ('whisper', models.BooleanField(default=False, help_text='Is heard by the agent alone.', verbose_name='whisper')),
                ('barge', models.BooleanField(default=False, help_text='Talks with both.', verbose_name='barge in')),
                ('take_over', models.BooleanField(default=False, help_text='Takes the caller from the agent.', verbose_name='take over')),
            ],
            options={
                'verbose_name': 'supervisor',
                'verbose_name_plural': 'supervisors',
                'ordering': ['tenant', 'agent'],
            },
        ),
        migrations.AddField(
            model_name='callrequest',
            name='channel',
            field=models.CharField(blank=True, help_text='Of a phone that dialled a code.', max_length=150, verbose_name='channel'),
        ),
        migrations.AddField(
            model_name='callrequest',
            name='phone',
            field=models.CharField(blank=True, help_text="A supervisor's, to be rung first.", max_length=80, verbose_name='phone'),
        ),
        migrations.AddField(
            model_name='callrequest',
            name='supervisor_id',
            field=models.UUIDField(help_text='Who is logged in at that phone.', null=True, verbose_name='supervisor'),
        ),
        migrations.AddField(
            model_name='callrequest',
            name='ways',
            field=models.CharField(blank=True, help_text='How the supervisor may be in talks, by rights.', max_length=60, verbose_name='ways'),
        ),
        migrations.AddField(
            model_name='queue',
            name='longest_mask',
            field=models.DurationField(default=datetime.timedelta(seconds=180), help_text='So long the recording is silent while an agent takes a payment (*6); then it is resumed.', verbose_name="payment's silence at most"),
        ),
        migrations.AddField(
            model_name='recording',
            name='pauses',
            field=models.JSONField(default=list, help_text='Silences while payments were taken: from and to, in seconds.', verbose_name='payments'),
        ),
        migrations.AlterField(
            model_name='callrequest',
            name='kind',
            field=models.CharField(choices=[('dial', 'call a number'), ('hold', 'hold'), ('resume', 'take back from hold'), ('blind_transfer', 'transfer, blind'), ('consult', 'consult'), ('complete', 'complete the transfer'), ('cancel', 'end the consultation'), ('toggle', 'talk with the other'), ('add', 'bring all together'), ('leave', 'leave the call'), ('hang_up', 'end the call'), ('step_away', 'go away for a moment'), ('come_back', 'come back to the call'), ('recording_pause', 'pause the recording'), ('recording_resume', 'resume the recording'), ('listen', 'listen'), ('whisper', 'whisper'), ('barge', 'barge in'), ('take_over', 'take over'), ('stop_listening', 'listen no more')], max_length=16, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='queue',
            constraint=models.CheckConstraint(condition=models.Q(('longest_mask__gte', datetime.timedelta(seconds=5)), ('longest_mask__lte', datetime.timedelta(seconds=900))), name='queue_mask_is_bounded', violation_error_message="A payment's silence ends after 5 seconds to 15 minutes."),
        ),
        migrations.AddField(
            model_name='destroyed',
            name='tenant',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='call',
            field=models.ForeignKey(blank=True, help_text="Empty: all of the tenant's sound.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telephony.call', verbose_name='call'),
        ),
        migrations.AddField(
            model_name='legalhold',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='listening',
            name='call',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='listenings', to='telephony.call', verbose_name='call'),
        ),
        migrations.AddField(
            model_name='listening',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='recordingshare',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='retentionrule',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='supervisor',
            name='agent',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent', verbose_name='supervisor'),
        ),
        migrations.AddField(
            model_name='supervisor',
            name='tenant',
            field=models.ForeignKey(help_text='Whose talks; of an agent whom a tenant employs, that tenant alone.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddIndex(
            model_name='destroyed',
            index=models.Index(fields=['tenant', 'destroyed_at'], name='destroyed_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='legalhold',
            index=models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['tenant'], name='holds_in_force'),
        ),
        migrations.AddIndex(
            model_name='listening',
            index=models.Index(fields=['tenant', 'begun_at'], name='listenings_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='listening',
            constraint=models.UniqueConstraint(fields=('tenant', 'call', 'no'), name='listening_number_is_unique', violation_error_message='Supervisors in a call are numbered; each number is given once.'),
        ),
        migrations.AddIndex(
            model_name='recordingshare',
            index=models.Index(fields=['tenant', 'recording_id'], name='shares_of_recording'),
        ),
        migrations.AddConstraint(
            model_name='recordingshare',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='share_ends', violation_error_message='A link is valid until some time after it was made.'),
        ),
        migrations.AddConstraint(
            model_name='retentionrule',
            constraint=models.UniqueConstraint(fields=('tenant', 'kind'), name='retention_is_said_once', violation_error_message='For this kind of sound there is a rule already: change that one.'),
        ),
        migrations.AddConstraint(
            model_name='retentionrule',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='retention_is_a_day_or_more', violation_error_message='Sound is kept for a day at least.'),
        ),
        migrations.AddConstraint(
            model_name='supervisor',
            constraint=models.UniqueConstraint(fields=('tenant', 'agent'), name='supervisor_is_named_once', violation_error_message='This agent is a supervisor of this tenant already.'),
        ),
        wall("telephony_supervisor", web="r", ops="rcud", tel="r"),
        wall("telephony_listening", web="r", ops="r", tel="rcu"),
        wall("telephony_recordingshare", web="rcu", ops="rcu"),
        wall("telephony_retentionrule", web="r", ops="rcud"),
        wall("telephony_legalhold", web="r", ops="rcu"),
        wall("telephony_destroyed", web="rc", ops="rc", tel="r"),
        # Supervisors ask by codes of the telephone, too.
        also("telephony_callrequest", tel="c"),
        also("telephony_queue", web="u", columns=("longest_mask",)),
    ]
