"""What a tenant's own people may write of its agents; the walls go on saying that it is the tenant's rows alone."""

from django.db import migrations

from tenants.accounts.walls import also


class Migration(migrations.Migration):
    dependencies = [("agents", "0002_outside_phones")]

    operations = [
        also("agents_skill", web="cu"),
        also("agents_agentskill", web="cud"),
        also("agents_pausereason", web="cud"),
        # Numbers name one agent of the platform: the operator hires, a tenant names and switches off its own.
        also("agents_agent", web="u", columns=("name", "name_zh", "language", "active")),
        # Pause, go on, log out: what a supervisor of the tenant asks for. Where somebody sits is not theirs to write.
        also(
            "agents_agentsession", web="u",
            columns=("logged_out_at", "logged_out_because", "paused_since", "pause_reason", "wrap_up_done_at"),
        ),
        also("agents_presenceevent", web="c"),
        also("agents_presenceinterval", web="cud"),
    ]
