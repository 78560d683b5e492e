"""What an agent says of a call keeps whether it was a success then: a tenant who changes the word changes no bill."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("telephony", "0020_calls_by_number")]

    operations = [
        migrations.AddField(
            model_name="disposed",
            name="success",
            field=models.BooleanField(default=False, editable=False, verbose_name="success"),
        ),
    ]
