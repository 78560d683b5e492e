"""Calls of a number, for the card of whoever calls."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0019_sources_by_tenants'),
        ('tenants', '0010_farewell'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['tenant', 'caller', 'started_at'], name='calls_of_caller'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('direction', 'outbound')), fields=['tenant', 'dialled', 'started_at'], name='calls_to_number'),
        ),
    ]
