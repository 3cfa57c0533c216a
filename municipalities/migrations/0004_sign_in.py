"""Own sessions as people see them, and the table of the cache that all processes share."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As `createcachetable` would make it, so that operators need not remember to.
CACHE = """
CREATE TABLE IF NOT EXISTS portal_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS portal_cache_expires ON portal_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0003_invitations"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(CACHE, "DROP TABLE IF EXISTS portal_cache"),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("device", models.CharField(max_length=80, verbose_name="устройство")),
                (
                    "network",
                    models.CharField(blank=True, max_length=60, verbose_name="мрежа"),
                ),
                ("started_at", models.DateTimeField(verbose_name="вход")),
                ("seen_at", models.DateTimeField(verbose_name="последно действие")),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_in",
                        to="sessions.session",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "влизане",
                "verbose_name_plural": "влизания",
                "ordering": ("-seen_at", "-pk"),
            },
        ),
    ]
