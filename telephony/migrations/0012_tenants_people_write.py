"""What a tenant's own people may write of the plan, and what more they may read; always the tenant's rows alone."""

from django.db import migrations

from tenants.accounts.walls import also

# All but the code, which flows and history name, and the weight, by which tenants share the operator's agents.
QUEUE = (
    "name", "name_zh", "strategy", "ring", "wrap_up", "max_wait", "max_length", "join_empty", "leave_empty", "retry",
    "ageing", "sticky", "announce_every", "say_position", "say_wait", "messages", "misses_allowed", "music", "record",
)


class Migration(migrations.Migration):
    dependencies = [("telephony", "0011_queue_stays")]

    operations = [
        also("telephony_queue", web="c"),
        also("telephony_queue", web="u", columns=QUEUE),
        also("telephony_queueskill", web="cud"),
        also("telephony_queuemember", web="cud"),
        also("telephony_flow", web="c"),
        also("telephony_flow", web="u", columns=("name",)),
        # A published version stays as it is: a trigger refuses whoever tries.
        also("telephony_flowversion", web="cu"),
        also("telephony_flowsave", web="rcd", opens=True),
        also("telephony_flowtrial", web="cd"),
        also("telephony_route", web="cud"),
        also("telephony_prompt", web="cu"),
        # Prompts without a tenant stand in for all: their people may hear and name them.
        migrations.RunSQL(
            "CREATE POLICY web_shared ON telephony_prompt FOR SELECT TO seatline_web USING (tenant_id IS NULL)",
            "DROP POLICY web_shared ON telephony_prompt",
        ),
        # Which systems flows may name, and nothing of how they are reached.
        also("telephony_system", web="r", columns=("id", "tenant_id", "code", "active"), opens=True),
        also(
            "telephony_voicemail", web="u",
            columns=("state", "heard_at", "assigned_to", "settled_at", "settled_by"),
        ),
        # The story of the tenant's own calls.
        also("telephony_ledgerentry", web="r", opens=True),
    ]
