"""The wallboard: alarms of queues, screens on the wall; indexes for what goes on and for the day of agents."""

import django.core.validators
import django.db.models.deletion
import seatline.ids
from django.conf import settings
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0016_desk'),
        ('tenants', '0009_customers_cases_knowledge'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Kiosk',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='Where the screen hangs, such as “3rd floor”.', max_length=100, verbose_name='name')),
                ('hashed', models.CharField(editable=False, max_length=64, verbose_name='hash')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
            ],
            options={
                'verbose_name': 'screen on the wall',
                'verbose_name_plural': 'screens on the wall',
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='QueueAlarm',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('figure', models.CharField(choices=[('waiting', 'callers waiting, at least'), ('longest', 'longest wait in seconds, at least'), ('service', 'service level today in per cent, below'), ('abandoned', 'abandoned today in per cent, at least'), ('ready', 'agents ready, below')], max_length=16, verbose_name='figure')),
                ('attention', models.DecimalField(decimal_places=1, help_text='Amber.', max_digits=8, validators=[django.core.validators.MinValueValidator(0)], verbose_name='attention')),
                ('action', models.DecimalField(decimal_places=1, help_text='Red.', max_digits=8, validators=[django.core.validators.MinValueValidator(0)], verbose_name='action')),
            ],
            options={
                'verbose_name': 'alarm of a queue',
                'verbose_name_plural': 'alarms of queues',
                'ordering': ['queue', 'figure'],
            },
        ),
        migrations.AddIndex(
            model_name='leg',
            index=models.Index(fields=['tenant', 'started_at'], name='legs_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='queuestay',
            index=models.Index(condition=models.Q(('left_at__isnull', True)), fields=['tenant'], name='stays_that_go_on'),
        ),
        migrations.AddField(
            model_name='kiosk',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddField(
            model_name='kiosk',
            name='tenant',
            field=models.ForeignKey(blank=True, help_text="Whose board it shows; empty: that of all tenants, in the operator's room.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddField(
            model_name='queuealarm',
            name='queue',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alarms', to='telephony.queue', verbose_name='queue'),
        ),
        migrations.AddField(
            model_name='queuealarm',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddIndex(
            model_name='kiosk',
            index=models.Index(fields=['tenant', 'made_at'], name='kiosks_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='queuealarm',
            constraint=models.UniqueConstraint(fields=('tenant', 'queue', 'figure'), name='queue_alarms_once_by_figure', violation_error_message='This figure of the queue has its alarm already.'),
        ),
        migrations.AddConstraint(
            model_name='queuealarm',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action__gte', models.F('attention')), ('figure__in', ('waiting', 'longest', 'abandoned'))), models.Q(models.Q(('figure__in', ('waiting', 'longest', 'abandoned')), _negated=True), ('action__lte', models.F('attention'))), _connector='OR'), name='action_comes_after_attention', violation_error_message='Attention comes before action, or with it.'),
        ),
        wall("telephony_queuealarm", web="rcud", ops="rcud"),
        # Never deleted: the operation log names them.
        wall("telephony_kiosk", web="rcu", ops="rcu"),
    ]
