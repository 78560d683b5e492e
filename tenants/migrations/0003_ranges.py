"""Range types, so that exclusion constraints can compare ids and texts without btree_gist (see tenants/periods.py)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_accounts_wall")]

    operations = [
        migrations.RunSQL("CREATE TYPE uuidrange AS RANGE (subtype = uuid)", "DROP TYPE uuidrange"),
        migrations.RunSQL('CREATE TYPE textrange AS RANGE (subtype = text, collation = "C")', "DROP TYPE textrange"),
    ]
