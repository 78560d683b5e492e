"""Calls to outside: whom a tenant may call, what a trunk can carry, and legs outside on the record."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import seatline.ids
from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0003_every_strategy'),
        ('tenants', '0005_room_limit'),
    ]

    operations = [
        migrations.AddField(
            model_name='leg',
            name='connected_at',
            field=models.DateTimeField(help_text='Of a number outside: when it came to talk with the caller.', null=True, verbose_name='connected at'),
        ),
        migrations.AddField(
            model_name='leg',
            name='number',
            field=models.CharField(blank=True, max_length=20, verbose_name='number outside'),
        ),
        migrations.AddField(
            model_name='leg',
            name='trunk',
            field=models.CharField(blank=True, max_length=40, verbose_name='trunk'),
        ),
        migrations.AddField(
            model_name='trunk',
            name='capacity',
            field=models.PositiveSmallIntegerField(default=0, help_text='So many calls to outside at a time; 0 is no limit.', verbose_name='capacity'),
        ),
        migrations.AddField(
            model_name='trunk',
            name='priority',
            field=models.PositiveSmallIntegerField(default=10, help_text='Calls to outside take the trunk with the lowest number first.', verbose_name='priority'),
        ),
        migrations.AlterField(
            model_name='call',
            name='ended_by',
            field=models.CharField(blank=True, choices=[('caller', 'caller'), ('agent', 'agent'), ('outside', 'telephone outside'), ('system', 'system')], max_length=8, verbose_name='ended by'),
        ),
        migrations.AlterField(
            model_name='call',
            name='outcome',
            field=models.CharField(blank=True, choices=[('answered', 'answered'), ('abandoned', 'abandoned in the queue'), ('abandoned_in_menu', 'abandoned in the menu'), ('informed', 'informed by the flow'), ('closed', 'outside opening hours'), ('no_agent', 'no agent logged in'), ('queue_full', 'queue full'), ('queue_timeout', 'waited too long'), ('wrong_keys', 'no usable key'), ('no_merchant', 'no usable merchant code'), ('unassigned', 'number not in service'), ('suspended', 'tenant suspended'), ('forwarded', 'forwarded to outside'), ('failed', 'failed')], max_length=20, verbose_name='outcome'),
        ),
        migrations.AlterField(
            model_name='leg',
            name='kind',
            field=models.CharField(choices=[('caller', 'caller'), ('agent', 'agent'), ('outside', 'telephone outside')], max_length=8, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='OutsideRule',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('prefix', models.CharField(help_text='Numbers that begin so may be called: +86 is the whole country, +8613800000001 one telephone.', max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{0,14}$', 'A plus sign, the country and what follows, as +8613.')], verbose_name='beginning of the number')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'rule for calls to outside',
                'verbose_name_plural': 'rules for calls to outside',
                'ordering': ['tenant', 'prefix'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'prefix'), name='outside_rule_is_made_once', violation_error_message='This tenant may call these numbers already.'), models.CheckConstraint(condition=models.Q(('prefix__regex', '^\\+[1-9][0-9]{0,14}$')), name='outside_rule_is_a_prefix', violation_error_message='A rule is a plus sign, the country and what follows, as +8613.')],
            },
        ),
        wall("telephony_outsiderule", web="r", ops="rcud", tel="r"),
    ]
