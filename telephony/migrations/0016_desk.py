"""The agent's desk: phones of browsers, calls offered, dispositions, addresses that pop up."""

import django.core.validators
import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0003_tenants_people_write'),
        ('telephony', '0015_outbound_calls'),
        ('tenants', '0007_operation_log'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disposition',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(help_text='The name in reports; cannot change later.', max_length=32, verbose_name='code')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('name_zh', models.CharField(blank=True, max_length=80, verbose_name='Chinese name')),
                ('success', models.BooleanField(default=False, help_text='Counts where success is counted.', verbose_name='success')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('queue', models.ForeignKey(blank=True, help_text='Empty: for all queues.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='telephony.queue', verbose_name='queue')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'disposition',
                'verbose_name_plural': 'dispositions',
                'ordering': ['position', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Disposed',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('call_id', models.UUIDField(verbose_name='call')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('said_at', models.DateTimeField(verbose_name='said at')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agents.agent', verbose_name='agent')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
                ('disposition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='telephony.disposition', verbose_name='disposition')),
            ],
            options={
                'verbose_name': 'disposition of a call',
                'verbose_name_plural': 'dispositions of calls',
                'ordering': ['-said_at'],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('agent', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='agents.agent', verbose_name='agent')),
                ('call_id', models.UUIDField(verbose_name='call')),
                ('caller', models.CharField(blank=True, max_length=80, verbose_name='caller')),
                ('dialled', models.CharField(blank=True, max_length=40, verbose_name='number dialled')),
                ('queue_code', models.CharField(blank=True, max_length=32, verbose_name="queue's code")),
                ('waiting_since', models.DateTimeField(null=True, verbose_name='waiting since')),
                ('offered_at', models.DateTimeField(verbose_name='offered at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'call offered',
                'verbose_name_plural': 'calls offered',
            },
        ),
        migrations.CreateModel(
            name='PopAddress',
            fields=[
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='tenants.tenant', verbose_name='tenant')),
                ('way', models.CharField(choices=[('open', 'open in the browser'), ('post', 'post to the system')], default='open', max_length=4, verbose_name='way')),
                ('template', models.CharField(help_text="With {caller}, {dialled}, {queue}, {call} and {agent} in their places. To open: a whole address, as in https://crm.example/?number={caller}. To post: a path below the system's address.", max_length=500, validators=[django.core.validators.RegexValidator('^(https://|/)[^\\s]*$', 'An address begins with https://, a path with /.')], verbose_name='address')),
                ('system', models.SlugField(blank=True, help_text="Code of the tenant's system that is posted to.", max_length=32, verbose_name='system')),
            ],
            options={
                'verbose_name': 'address for each call',
                'verbose_name_plural': 'addresses for each call',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('template__startswith', 'https://'), ('way', 'open')), models.Q(('template__startswith', '/'), ('way', 'post'), models.Q(('system', ''), _negated=True)), _connector='OR'), name='pop_address_fits_its_way', violation_error_message='To open takes a whole address; to post takes a path and a system.')],
            },
        ),
        migrations.CreateModel(
            name='WebPhone',
            fields=[
                ('agent', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='agents.agent', verbose_name='agent')),
                ('endpoint', models.CharField(max_length=40, unique=True, verbose_name='account')),
                ('password_digest', models.CharField(editable=False, max_length=32, validators=[django.core.validators.RegexValidator('^[0-9a-f]{32}$')], verbose_name='password digest')),
                ('minted_at', models.DateTimeField(verbose_name='made at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'phone of a browser',
                'verbose_name_plural': 'phones of browsers',
            },
        ),
        migrations.AddConstraint(
            model_name='disposition',
            constraint=models.UniqueConstraint(fields=('tenant', 'queue', 'code'), name='disposition_code_is_unique', nulls_distinct=False, violation_error_message='There is a disposition with this code already.'),
        ),
        migrations.AddIndex(
            model_name='disposed',
            index=models.Index(fields=['tenant', 'said_at'], name='disposed_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='disposed',
            constraint=models.UniqueConstraint(fields=('tenant', 'call_id', 'agent'), name='call_is_disposed_once', violation_error_message='The agent has said already what came of this call.'),
        ),
        # The switch makes and drops phones' accounts at Asterisk; agents ask for them from the web.
        wall("telephony_webphone", tel="rcud"),
        wall("telephony_offer", web="r", tel="rcud"),
        wall("telephony_disposition", web="rcu", ops="rcu", tel="r"),
        wall("telephony_disposed", web="rcu", ops="r", fin="r"),
        wall("telephony_popaddress", web="rcud", ops="rcud", tel="r"),
    ]
