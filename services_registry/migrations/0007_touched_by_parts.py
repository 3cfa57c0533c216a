"""A service counts as changed when its places, hours, fees, papers or free places change.

Whoever keeps a copy of the open data asks for what changed since, and so must find it. Triggers see
every way in: pages, the admin, imports, commands. One of each statement is enough, so they cost one
UPDATE however many rows it changed. The row of the history that an UPDATE of a service leaves is
skipped (by the setting of django-pgtrigger): nothing of the service's own columns changed.
Reference: PostgreSQL, CREATE TRIGGER, transition tables.
"""

from django.db import migrations

# The trigger of django-pghistory for updates of Service, as migration 0002 names it.
OF_HISTORY = "pgtrigger_update_update_ed6f2"
# Table: how to find the services of its changed rows.
OWN = "SELECT service_id FROM changed"
OF_SITE = (
    "SELECT s.service_id FROM changed c JOIN services_registry_servicesite s ON s.id = c.site_id"
)
PARTS = {
    "servicesite": OWN,
    "fee": OWN,
    "capacity": OWN,
    "servicepaper": OWN,
    "sitehours": OF_SITE,
    "siteexception": OF_SITE,
}
EVENTS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def _function(table: str, services: str) -> str:
    # The setting is put back, so that other changes of the transaction are kept in the history.
    # (SET in the function's head would do so by itself, and takes a role that may set anything.)
    return f"""
CREATE FUNCTION services_registry_touched_by_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ignored text := coalesce(nullif(current_setting('pgtrigger.ignore', true), ''), '{{}}');
BEGIN
    PERFORM set_config('pgtrigger.ignore', (ignored::text[] || '{OF_HISTORY}'::text)::text, true);
    UPDATE services_registry_service SET updated_at = clock_timestamp() WHERE id IN ({services});
    PERFORM set_config('pgtrigger.ignore', ignored, true);
    RETURN NULL;
END $$;
"""  # noqa: S608  the names of tables above, nothing from outside


def _triggers(table: str) -> str:
    return "".join(
        f"CREATE TRIGGER touch_service_{event.lower()} AFTER {event}"
        f" ON services_registry_{table} REFERENCING {rows} TABLE AS changed"
        f" FOR EACH STATEMENT EXECUTE FUNCTION services_registry_touched_by_{table}();\n"
        for event, rows in EVENTS.items()
    )


def _drop(table: str) -> str:
    triggers = "".join(
        f"DROP TRIGGER touch_service_{event.lower()} ON services_registry_{table};\n"
        for event in EVENTS
    )
    return f"{triggers}DROP FUNCTION services_registry_touched_by_{table}();"


class Migration(migrations.Migration):
    dependencies = [("services_registry", "0006_whole_record")]

    operations = [
        migrations.RunSQL(_function(table, services) + _triggers(table), _drop(table))
        for table, services in PARTS.items()
    ]
