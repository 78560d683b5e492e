"""Saves of drafts that can be undone; trials with a copy of their own; secrets sealed by a key outside the database.

A secret that a system had in plain text goes: it must be entered again. Nothing was released with one.
"""

import django.db.models.deletion
import seatline.ids
from django.db import migrations, models

from tenants.accounts.walls import wall


class Migration(migrations.Migration):

    dependencies = [
        ('telephony', '0009_witness'),
        ('tenants', '0006_api_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='FlowSave',
            fields=[
                ('id', models.UUIDField(default=seatline.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('no', models.PositiveIntegerField(verbose_name='number')),
                ('before', models.JSONField(verbose_name='definition before')),
                ('saved_at', models.DateTimeField(blank=True, null=True, verbose_name='saved at')),
                ('saved_by', models.UUIDField(blank=True, null=True, verbose_name='saved by')),
            ],
            options={
                'verbose_name': 'save of a draft',
                'verbose_name_plural': 'saves of drafts',
                'ordering': ['flow', '-no'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='flowtrial',
            name='number_has_one_trial',
        ),
        migrations.RemoveField(
            model_name='system',
            name='secret',
        ),
        migrations.AddField(
            model_name='flowtrial',
            name='caller',
            field=models.CharField(blank=True, help_text='Only calls from this number meet the trial; empty: all.', max_length=20, verbose_name='caller'),
        ),
        migrations.AddField(
            model_name='flowtrial',
            name='definition',
            field=models.JSONField(default=dict, editable=False, verbose_name='definition'),
        ),
        migrations.AddField(
            model_name='system',
            name='sealed_secret',
            field=models.TextField(blank=True, editable=False, help_text='Sealed by a key of this machine that is not in the database.', verbose_name='secret'),
        ),
        migrations.AddField(
            model_name='voicemail',
            name='settled_at',
            field=models.DateTimeField(null=True, verbose_name='settled at'),
        ),
        migrations.AddField(
            model_name='voicemail',
            name='settled_by',
            field=models.UUIDField(null=True, verbose_name='settled by'),
        ),
        migrations.AddConstraint(
            model_name='flowtrial',
            constraint=models.UniqueConstraint(fields=('tenant', 'number', 'caller'), name='number_has_one_trial', nulls_distinct=False, violation_error_message='A flow is being tried on this number already.'),
        ),
        migrations.AddField(
            model_name='flowsave',
            name='flow',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saves', to='telephony.flow', verbose_name='flow'),
        ),
        migrations.AddField(
            model_name='flowsave',
            name='tenant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenants.tenant', verbose_name='tenant'),
        ),
        migrations.AddConstraint(
            model_name='flowsave',
            constraint=models.UniqueConstraint(fields=('tenant', 'flow', 'no'), name='flow_save_is_one', nulls_distinct=False, violation_error_message='Somebody saved at the same moment: try again.'),
        ),
        wall("telephony_flowsave", ops="rcd"),
    ]
