"""Who may touch accounts, and Django's own tables. See tenants/accounts/walls.py for the letters."""

from django.db import migrations

from tenants.accounts.walls import wall


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0001_accounts"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        # The login finds the person and the memberships before it can know the tenant: `app` reads, `web` keeps to one.
        wall("tenants_tenant", tenant_column="id", web="r", ops="rcu", fin="r", tel="r", app="r"),
        wall("tenants_membership", web="r", ops="rcud", fin="r", app="r"),
        # People belong to no tenant by themselves; managers and memberships decide what of them is shown.
        wall("tenants_user", tenant_column=None, app="ru", web="r", ops="rcu", fin="r"),
        wall("tenants_user_groups", tenant_column=None, app="r", ops="rcud", fin="r"),
        wall("tenants_user_user_permissions", tenant_column=None, app="r", ops="rcud", fin="r"),
        wall("auth_group", tenant_column=None, app="r", ops="rcud", fin="r"),
        wall("auth_group_permissions", tenant_column=None, app="r", ops="rcud", fin="r"),
        wall("auth_permission", tenant_column=None, app="r", ops="r", fin="r"),
        wall("django_content_type", tenant_column=None, app="r", web="r", ops="r", fin="r", tel="r"),
        wall("django_session", tenant_column=None, app="rcud"),
        wall("django_admin_log", tenant_column=None, app="rc", ops="rc", fin="rc"),
        wall("django_migrations", tenant_column=None, app="r", tel="r"),
        # The worker logs in as `app`; a job is put down inside the transaction of the act that wants it.
        *[
            wall(table, tenant_column=None, app="rcud", ops="rcud", fin="rcud")
            for table in (
                "procrastinate_jobs",
                "procrastinate_events",
                "procrastinate_periodic_defers",
                "procrastinate_workers",
            )
        ],
    ]
