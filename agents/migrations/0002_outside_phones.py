"""Telephones outside the room on which agents may take calls."""

import django.core.validators
import django.db.models.deletion
import seatline.ids
from django.db import migrations, models


from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0001_people_and_presence'),
        ('tenants', '0005_room_limit'),
    ]

    operations = [
        migrations.CreateModel(
            name='OutsidePhone',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(help_text='In full, as +8613800000001; the agent logs in by calling from it, and calls go there.', max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9][0-9]{2,14}$', 'In full, as +8613800000001.')], verbose_name='number')),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outside_phones', to='agents.agent', verbose_name='agent')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'telephone outside',
                'verbose_name_plural': 'telephones outside',
                'ordering': ['agent', 'number'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'agent', 'number'), name='outside_phone_is_listed_once', violation_error_message='The agent may use this telephone already.'), models.CheckConstraint(condition=models.Q(('number__regex', '^\\+[1-9][0-9]{2,14}$')), name='outside_phone_is_a_number', violation_error_message='A number is written in full, as +8613800000001.')],
            },
        ),
        wall("agents_outsidephone", web="r", ops="rcud", tel="r"),
    ]
