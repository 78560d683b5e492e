"""Lets a scope put down a job: the queue's tables number their rows from sequences, which need a right of their own.

Billing is the first floor to enqueue inside a transaction (files of an issued document); the worker, which logs in as
`seatline_app`, needs the same for its events and periodic jobs.
"""

from django.db import migrations

SEQUENCES = "procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_periodic_defers_id_seq"
ROLES = "seatline_app, seatline_ops, seatline_fin"


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_what_is_issued_stays"), ("procrastinate", "0041_post_retry_failed_job")]

    operations = [
        migrations.RunSQL(
            f"GRANT USAGE ON SEQUENCE {SEQUENCES} TO {ROLES}", f"REVOKE USAGE ON SEQUENCE {SEQUENCES} FROM {ROLES}"
        ),
    ]
