from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0008_numbers_and_sums"),
        ("referrals", "0002_referring"),
    ]

    operations = [
        # Its table went to municipalities.
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="NumberSeries")]
        ),
    ]
