"""A tenant's customers, cases, articles and scripts: work for its own customers, which its own people alone see."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall

# Under row level security PostgreSQL asks no index with an operator that is not leakproof, and the match of a tsvector is
# none: every row of the tenant would be read. So the tables' owner looks the terms up, and keeps to the tenant by hand,
# in the very words of the policy (ADR 50).
FINDERS = """
CREATE POLICY finder ON tenants_customer FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY finder ON tenants_article FOR SELECT TO CURRENT_USER USING (true);
CREATE FUNCTION customers_found(asked tsquery, most int) RETURNS TABLE (customer uuid, rank real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT coalesce(part_of_id, id), max(ts_rank(search, asked)) FROM tenants_customer
    WHERE tenant_id = nullif(current_setting('app.tenant', true), '')::uuid AND search @@ asked
    GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT most
$$;
CREATE FUNCTION articles_found(asked tsquery, most int) RETURNS TABLE (article uuid, rank real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT id, ts_rank(search, asked, 1) FROM tenants_article
    WHERE tenant_id = nullif(current_setting('app.tenant', true), '')::uuid AND search @@ asked
    ORDER BY 2 DESC, 1 LIMIT most
$$;
REVOKE ALL ON FUNCTION customers_found(tsquery, int), articles_found(tsquery, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION customers_found(tsquery, int), articles_found(tsquery, int) TO seatline_web;
"""
UNDO = """
DROP FUNCTION articles_found(tsquery, int);
DROP FUNCTION customers_found(tsquery, int);
DROP POLICY finder ON tenants_article;
DROP POLICY finder ON tenants_customer;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0008_lease_seasons'),
    ]

    operations = [
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('category', models.CharField(blank=True, max_length=60, verbose_name='category')),
                ('title', models.CharField(help_text='Of the newest revision.', max_length=200, verbose_name='title')),
                ('newest', models.PositiveIntegerField(default=0, verbose_name='newest revision')),
                ('shown', models.PositiveIntegerField(null=True, verbose_name='revision shown to agents')),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, help_text='Of the revision that is shown.', null=True, verbose_name='terms')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
                'ordering': ['-changed_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ArticleRevision',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('no', models.PositiveIntegerField(verbose_name='number')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('body', models.TextField(max_length=50000, verbose_name='text')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('made_by', models.CharField(max_length=150, verbose_name='made by')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='tenants.article', verbose_name='article')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'revision of an article',
                'verbose_name_plural': 'revisions of articles',
                'ordering': ['article', '-no'],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('no', models.PositiveIntegerField(verbose_name='number')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='subject')),
                ('state', models.CharField(max_length=40, verbose_name='state')),
                ('topic', models.CharField(blank=True, max_length=40, verbose_name='topic')),
                ('answers', models.JSONField(default=dict, verbose_name='answers')),
                ('draft', models.JSONField(help_text='As typed, not checked yet.', null=True, verbose_name='draft')),
                ('version', models.PositiveIntegerField(default=1, help_text='Counts changes.', verbose_name='version')),
                ('changed_by', models.CharField(max_length=150, verbose_name='changed by')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
                ('due_at', models.DateTimeField(blank=True, null=True, verbose_name='due at')),
                ('assignee_id', models.UUIDField(blank=True, null=True, verbose_name='id of who has it')),
                ('assignee', models.CharField(blank=True, max_length=150, verbose_name='who has it')),
                ('call_id', models.UUIDField(blank=True, null=True, verbose_name='call')),
                ('opened_at', models.DateTimeField(verbose_name='opened at')),
                ('opened_by', models.CharField(max_length=150, verbose_name='opened by')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'case',
                'verbose_name_plural': 'cases',
                'ordering': ['-opened_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='at')),
                ('who', models.CharField(max_length=150, verbose_name='who')),
                ('kind', models.CharField(choices=[('opened', 'opened'), ('filled', 'filled in'), ('moved', 'moved on'), ('assigned', 'assigned'), ('noted', 'noted'), ('due', 'due time changed')], max_length=10, verbose_name='what')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('content', models.JSONField(default=dict, verbose_name='content')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='tenants.case', verbose_name='case')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'event of a case',
                'verbose_name_plural': 'events of cases',
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CaseType',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('name_zh', models.CharField(blank=True, max_length=100, verbose_name='Chinese name')),
                ('definition', models.JSONField(default=dict, help_text='As tenants/cases/rules.py reads it.', verbose_name='definition')),
                ('active', models.BooleanField(default=True, verbose_name='in use')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'case type',
                'verbose_name_plural': 'case types',
                'ordering': ['code'],
            },
        ),
        migrations.AddField(
            model_name='case',
            name='type',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='tenants.casetype', verbose_name='case type'),
        ),
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('answers', models.JSONField(default=dict, help_text="By the codes of the tenant's own fields.", verbose_name='fields')),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True, verbose_name='terms')),
                ('version', models.PositiveIntegerField(default=1, help_text='Counts changes.', verbose_name='version')),
                ('created_at', models.DateTimeField(verbose_name='created at')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
                ('part_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='tenants.customer', verbose_name='merged into')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'customer',
                'verbose_name_plural': 'customers',
                'ordering': ['-changed_at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='case',
            name='customer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='tenants.customer', verbose_name='customer'),
        ),
        migrations.CreateModel(
            name='CustomerForm',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('definition', models.JSONField(default=list, help_text='As tenants/forms/rules.py reads it.', verbose_name='definition')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': "customers' form",
                'verbose_name_plural': "customers' forms",
            },
        ),
        migrations.CreateModel(
            name='CustomerImport',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('content', models.BinaryField(null=True, verbose_name='content')),
                ('state', models.CharField(choices=[('looked_at', 'looked at'), ('done', 'imported'), ('dropped', 'dropped')], default='looked_at', max_length=10, verbose_name='state')),
                ('counts', models.JSONField(default=dict, help_text='Rows by what becomes of them.', verbose_name='counts')),
                ('report', models.JSONField(default=list, help_text='What is wrong, row by row.', verbose_name='report')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('made_by', models.CharField(max_length=150, verbose_name='made by')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'import of customers',
                'verbose_name_plural': 'imports of customers',
                'ordering': ['-made_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CustomerMerge',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('parts', models.JSONField(default=list, help_text='Ids of those that came along.', verbose_name='parts')),
                ('filled', models.JSONField(default=dict, help_text='Fields that were empty and are so no more.', verbose_name='filled in')),
                ('merged_at', models.DateTimeField(verbose_name='merged at')),
                ('merged_by', models.CharField(max_length=150, verbose_name='merged by')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='undone at')),
                ('undone_by', models.CharField(blank=True, max_length=150, verbose_name='undone by')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='tenants.customer', verbose_name='customer')),
                ('merged', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.customer', verbose_name='merged customer')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'merge',
                'verbose_name_plural': 'merges',
                'ordering': ['-merged_at'],
            },
        ),
        migrations.CreateModel(
            name='CustomerNumber',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('e164', models.CharField(max_length=16, validators=[django.core.validators.RegexValidator('^\\+[1-9]\\d{2,14}$')], verbose_name='number')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='numbers', to='tenants.customer', verbose_name='customer')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': "customer's number",
                'verbose_name_plural': "customers' numbers",
                'ordering': ['customer', 'position', 'e164'],
            },
        ),
        migrations.CreateModel(
            name='Script',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('name_zh', models.CharField(blank=True, max_length=100, verbose_name='Chinese name')),
                ('draft', models.JSONField(default=list, help_text='As tenants/forms/rules.py reads it.', verbose_name='draft')),
                ('shown', models.PositiveIntegerField(null=True, verbose_name='version in use')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'script',
                'verbose_name_plural': 'scripts',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ScriptVersion',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('no', models.PositiveIntegerField(verbose_name='number')),
                ('definition', models.JSONField(verbose_name='definition')),
                ('published_at', models.DateTimeField(verbose_name='published at')),
                ('published_by', models.CharField(max_length=150, verbose_name='published by')),
                ('script', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='tenants.script', verbose_name='script')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'version of a script',
                'verbose_name_plural': 'versions of scripts',
                'ordering': ['script', '-no'],
            },
        ),
        migrations.CreateModel(
            name='ScriptAnswers',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('call_id', models.UUIDField(blank=True, null=True, verbose_name='call')),
                ('answers', models.JSONField(default=dict, verbose_name='answers')),
                ('complete', models.BooleanField(default=False, verbose_name='complete')),
                ('taken_at', models.DateTimeField(verbose_name='taken at')),
                ('taken_by', models.CharField(max_length=150, verbose_name='taken by')),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.customer', verbose_name='customer')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='tenants.scriptversion', verbose_name='version')),
            ],
            options={
                'verbose_name': 'answers to a script',
                'verbose_name_plural': 'answers to scripts',
                'ordering': ['-taken_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='TopicDigest',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('addresses', models.TextField(blank=True, help_text='E-mail addresses, one a line.', verbose_name='addresses')),
                ('hour', models.PositiveSmallIntegerField(default=8, help_text="In the tenant's time zone.", verbose_name='hour')),
                ('sent_for', models.DateField(null=True, verbose_name='last sent for')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant')),
            ],
            options={
                'verbose_name': 'digest of topics',
                'verbose_name_plural': 'digests of topics',
            },
        ),
        migrations.AddIndex(
            model_name='article',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='articles_by_terms'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['tenant', '-changed_at', 'id'], name='articles_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='articlerevision',
            constraint=models.UniqueConstraint(fields=('tenant', 'article', 'no'), name='revision_number_is_unique', violation_error_message='Each number of a revision is given once.'),
        ),
        migrations.AddIndex(
            model_name='caseevent',
            index=models.Index(fields=['tenant', 'case', 'at'], name='events_of_case'),
        ),
        migrations.AddConstraint(
            model_name='casetype',
            constraint=models.UniqueConstraint(fields=('tenant', 'code'), name='case_type_code_is_unique', violation_error_message='There is already a case type with this code.'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='customers_by_terms'),
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['tenant', '-changed_at', 'id'], name='customers_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='customer',
            constraint=models.CheckConstraint(condition=models.Q(('part_of', models.F('id')), _negated=True), name='customer_is_no_part_of_itself', violation_error_message='A customer cannot be merged with itself.'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['tenant', '-opened_at', 'id'], name='cases_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['tenant', 'due_at'], name='open_cases_by_due'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['tenant', 'customer'], name='cases_of_customer'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(fields=('tenant', 'no'), name='case_number_is_unique', violation_error_message='Each number of a case is given once.'),
        ),
        migrations.AddConstraint(
            model_name='customerform',
            constraint=models.UniqueConstraint(fields=('tenant',), name='one_form_of_customers', violation_error_message='There is already a form of customers: change that one.'),
        ),
        migrations.AddIndex(
            model_name='customerimport',
            index=models.Index(fields=['tenant', '-made_at'], name='imports_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='customermerge',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('tenant', 'merged'), name='customer_is_merged_once', violation_error_message='This customer is merged already.'),
        ),
        migrations.AddConstraint(
            model_name='customernumber',
            constraint=models.UniqueConstraint(fields=('tenant', 'e164', 'customer'), name='number_once_per_customer', violation_error_message='The customer has this number already.'),
        ),
        migrations.AddConstraint(
            model_name='script',
            constraint=models.UniqueConstraint(fields=('tenant', 'code'), name='script_code_is_unique', violation_error_message='There is already a script with this code.'),
        ),
        migrations.AddConstraint(
            model_name='scriptversion',
            constraint=models.UniqueConstraint(fields=('tenant', 'script', 'no'), name='script_version_is_unique', violation_error_message='Each number of a version is given once.'),
        ),
        migrations.AddIndex(
            model_name='scriptanswers',
            index=models.Index(fields=['tenant', '-taken_at', 'id'], name='script_answers_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='topicdigest',
            constraint=models.UniqueConstraint(fields=('tenant',), name='one_digest_of_topics', violation_error_message='There is already a digest: change that one.'),
        ),
        migrations.AddConstraint(
            model_name='topicdigest',
            constraint=models.CheckConstraint(condition=models.Q(('hour__lte', 23)), name='digest_goes_at_an_hour', violation_error_message='A day has the hours 0 to 23.'),
        ),
        # No policy for the operator's staff: what a tenant does for its customers is confidential.
        wall("tenants_customerform", web="rcu"),
        wall("tenants_customer", web="rcu"),
        wall("tenants_customernumber", web="rcud"),
        wall("tenants_customermerge", web="rcu"),
        wall("tenants_customerimport", web="rcu"),
        wall("tenants_casetype", web="rcu"),
        wall("tenants_case", web="rcu"),
        wall("tenants_caseevent", web="rc"),
        wall("tenants_topicdigest", web="rcu"),
        wall("tenants_article", web="rcu"),
        wall("tenants_articlerevision", web="rc"),
        wall("tenants_script", web="rcu"),
        wall("tenants_scriptversion", web="rc"),
        wall("tenants_scriptanswers", web="rcu"),
        migrations.RunSQL(FINDERS, UNDO),
    ]
