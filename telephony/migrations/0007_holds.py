"""Legs with their own times of talk and of hold."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0006_asking'),
    ]

    operations = [
        migrations.AddField(
            model_name='leg',
            name='held',
            field=models.DurationField(default=datetime.timedelta(0), help_text='This party held the others, or was set aside itself.', verbose_name='on hold'),
        ),
        migrations.AddField(
            model_name='leg',
            name='talked',
            field=models.DurationField(default=datetime.timedelta(0), help_text='Connected and not on hold.', verbose_name='talked'),
        ),
    ]
