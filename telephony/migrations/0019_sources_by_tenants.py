"""Tenants' own programs keep the systems and tables that their flows ask. A secret is sealed, a PIN a hash."""

from django.db import migrations

from tenants.accounts.walls import also


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0018_supervision'),
    ]

    operations = [
        also("telephony_system", web="rcu"),
        also("telephony_tablerow", web="rcud", opens=True),
    ]
