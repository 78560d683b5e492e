"""Requests about calls that go on."""

import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0013_callbacks'),
        ('tenants', '0007_operation_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallRequest',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('call_id', models.UUIDField(verbose_name='call')),
                ('agent_id', models.UUIDField(help_text='Whose part of the call it is about; empty: of whoever talks.', null=True, verbose_name='agent')),
                ('asked_by', models.UUIDField(help_text='An agent or a user; empty: a program.', null=True, verbose_name='asked by')),
                ('kind', models.CharField(choices=[('hold', 'hold'), ('resume', 'take back from hold'), ('blind_transfer', 'transfer, blind'), ('consult', 'consult'), ('complete', 'complete the transfer'), ('cancel', 'end the consultation'), ('toggle', 'talk with the other'), ('add', 'bring all together'), ('leave', 'leave the call'), ('hang_up', 'end the call')], max_length=16, verbose_name='kind')),
                ('target', models.CharField(blank=True, max_length=40, verbose_name='target')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('state', models.CharField(choices=[('open', 'open'), ('done', 'done'), ('refused', 'refused')], default='open', max_length=8, verbose_name='state')),
                ('reason', models.CharField(blank=True, help_text='Why it was refused.', max_length=40, verbose_name='reason')),
                ('done_at', models.DateTimeField(null=True, verbose_name='answered at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'request about a call',
                'verbose_name_plural': 'requests about calls',
                'ordering': ['-asked_at'],
                'indexes': [models.Index(fields=['tenant', 'call_id'], name='requests_of_call'), models.Index(condition=models.Q(('state', 'open')), fields=['asked_at'], name='open_requests')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('state', 'open')), models.Q(('done_at__isnull', False), ('state__in', ('done', 'refused'))), _connector='OR'), name='answered_request_has_its_instant', violation_error_message='A request that is answered has the instant of its answer.')],
            },
        ),
        wall("telephony_callrequest", web="rc", ops="rc", tel="ru"),
    ]
