"""queue_log in Asterisk's own vocabulary, for report tools."""

import datetime
import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0007_holds'),
        ('tenants', '0005_room_limit'),
    ]

    operations = [
        migrations.CreateModel(
            name='QueueLog',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('time', models.DateTimeField(verbose_name='at')),
                ('callid', models.CharField(max_length=150, verbose_name='call')),
                ('queuename', models.CharField(max_length=32, verbose_name='queue')),
                ('agent', models.CharField(max_length=40, verbose_name='agent')),
                ('event', models.CharField(max_length=20, verbose_name='event')),
                ('data1', models.CharField(blank=True, max_length=150)),
                ('data2', models.CharField(blank=True, max_length=150)),
                ('data3', models.CharField(blank=True, max_length=150)),
                ('data4', models.CharField(blank=True, max_length=150)),
                ('data5', models.CharField(blank=True, max_length=150)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'event of a queue',
                'verbose_name_plural': 'events of queues',
                'db_table': 'queue_log',
                'ordering': ['time', 'id'],
                'indexes': [models.Index(fields=['tenant', 'time'], name='queue_log_of_tenant')],
            },
        ),
        wall("queue_log", web="r", ops="r", tel="rc"),
    ]
