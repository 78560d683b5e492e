"""Callers' stays in queues. Those of calls from before it are made by `manage.py rebuild_projections`."""

import django.db.models.deletion
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0010_saves_trials_and_sealed_secrets'),
        ('tenants', '0005_room_limit'),
    ]

    operations = [
        migrations.CreateModel(
            name='QueueStay',
            fields=[
                ('id', models.UUIDField(editable=False, help_text='Made from call and number.', primary_key=True, serialize=False)),
                ('no', models.PositiveSmallIntegerField(verbose_name='number')),
                ('queue_id', models.UUIDField(verbose_name='queue')),
                ('queue_code', models.CharField(max_length=32, verbose_name="queue's code")),
                ('entered_at', models.DateTimeField(verbose_name='entered at')),
                ('left_at', models.DateTimeField(null=True, verbose_name='left at')),
                ('left', models.CharField(blank=True, max_length=20, verbose_name='ended')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='place at first')),
                ('agent_id', models.UUIDField(null=True, verbose_name='agent')),
                ('foreseen_at', models.DateTimeField(null=True, verbose_name='wait spoken at')),
                ('foreseen_seconds', models.FloatField(help_text='Seconds from then on, as the caller was first told.', null=True, verbose_name='wait spoken')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stays', to='telephony.call', verbose_name='call')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'stay in a queue',
                'verbose_name_plural': 'stays in queues',
                'ordering': ['call', 'no'],
                'indexes': [models.Index(fields=['tenant', 'entered_at'], name='stays_of_tenant')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'call', 'no'), name='stay_number_is_unique', violation_error_message="A call's stays in queues are numbered; each number is given once.")],
            },
        ),
        wall("telephony_queuestay", web="r", ops="r", fin="r", tel="rcu"),
    ]
