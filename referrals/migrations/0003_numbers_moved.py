from django.db import migrations

# Row security would hide the rows from whoever migrates.
COPY = """
ALTER TABLE {source} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {target} NO FORCE ROW LEVEL SECURITY;
INSERT INTO {target} (municipality_id, series, year, last)
SELECT municipality_id, series, year, last FROM {source};
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE {source} FORCE ROW LEVEL SECURITY;
ALTER TABLE {target} FORCE ROW LEVEL SECURITY;
"""
HERE, THERE = "referrals_numberseries", "municipalities_numberseries"


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0008_numbers_and_sums"),
        ("referrals", "0002_referring"),
    ]

    operations = [
        # Trainings number papers too.
        migrations.RunSQL(
            COPY.format(source=HERE, target=THERE), COPY.format(source=THERE, target=HERE)
        ),
        migrations.DeleteModel(name="NumberSeries"),
    ]
