"""An index for what agents do now: the board asks for it four times a second."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agents', '0003_tenants_people_write'),
        ('tenants', '0009_customers_cases_knowledge'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='presenceinterval',
            index=models.Index(condition=models.Q(('ends_at__isnull', True)), fields=['session'], name='intervals_that_go_on'),
        ),
    ]
