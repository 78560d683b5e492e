"""Calls that agents may not make are billed to nobody, with that as the reason."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0015_cycles'),
    ]

    operations = [
        migrations.AlterField(
            model_name='usagerecord',
            name='reason',
            field=models.CharField(blank=True, choices=[('practice', 'practice call'), ('unassigned', 'number not assigned to a tenant'), ('abandoned', 'caller hung up while waiting'), ('abandoned_in_menu', 'caller hung up in the menu'), ('closed', 'outside opening hours'), ('no_agent', 'no agent logged in'), ('queue_full', 'queue full'), ('queue_timeout', 'waited too long'), ('wrong_keys', 'wrong keys'), ('suspended', 'tenant suspended'), ('no_merchant', 'no such merchant code'), ('failed', 'call failed'), ('voicemail', 'caller left a message'), ('left_queue', 'caller left the queue by a key'), ('callback_promised', 'callback promised'), ('not_reached', 'customer not reached'), ('withdrawn', 'callback withdrawn'), ('not_allowed', 'not allowed to be called'), ('not_answered', 'number outside did not answer'), ('own_staff', "the tenant's own staff"), ('unknown_outcome', 'outcome without a billing rule')], max_length=24, verbose_name='reason not billed'),
        ),
    ]
