"""Agents call numbers outside: requests for it, an outcome of its own, and numbers that are never called."""

import django.core.validators
import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0014_call_requests'),
        ('tenants', '0009_customers_cases_knowledge'),
    ]

    operations = [
        migrations.AlterField(
            model_name='call',
            name='outcome',
            field=models.CharField(blank=True, choices=[('answered', 'answered'), ('abandoned', 'abandoned in the queue'), ('abandoned_in_menu', 'abandoned in the menu'), ('informed', 'informed by the flow'), ('closed', 'outside opening hours'), ('no_agent', 'no agent logged in'), ('queue_full', 'queue full'), ('queue_timeout', 'waited too long'), ('wrong_keys', 'no usable key'), ('no_merchant', 'no usable merchant code'), ('unassigned', 'number not in service'), ('suspended', 'tenant suspended'), ('forwarded', 'forwarded to outside'), ('voicemail', 'left a message'), ('left_queue', 'left the queue by a key'), ('callback_promised', 'to be called back'), ('not_reached', 'customer not reached'), ('withdrawn', 'callback taken back'), ('not_allowed', 'not allowed to be called'), ('failed', 'failed')], max_length=20, verbose_name='outcome'),
        ),
        migrations.AlterField(
            model_name='callrequest',
            name='kind',
            field=models.CharField(choices=[('dial', 'call a number'), ('hold', 'hold'), ('resume', 'take back from hold'), ('blind_transfer', 'transfer, blind'), ('consult', 'consult'), ('complete', 'complete the transfer'), ('cancel', 'end the consultation'), ('toggle', 'talk with the other'), ('add', 'bring all together'), ('leave', 'leave the call'), ('hang_up', 'end the call')], max_length=16, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='DoNotCall',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(help_text='In full, with plus sign and country.', max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{4,14}$', 'A whole number with its country, as +8613800000001.')], verbose_name='number')),
                ('reason', models.CharField(blank=True, help_text='Who asked for it, and when.', max_length=200, verbose_name='reason')),
                ('since_at', models.DateTimeField(verbose_name='since')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'number not to be called',
                'verbose_name_plural': 'numbers not to be called',
                'ordering': ['tenant', 'number'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'number'), name='do_not_call_is_said_once', violation_error_message='This number is on the list already.'), models.CheckConstraint(condition=models.Q(('number__regex', '^\\+[1-9][0-9]{4,14}$')), name='do_not_call_is_a_number', violation_error_message='A whole number with its country, as +8613800000001.')],
            },
        ),
        wall("telephony_donotcall", web="rcd", ops="rcud", tel="r"),
    ]
