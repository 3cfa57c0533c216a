"""A service counts as changed when its links or its provider change, as it does of its parts.

The open data give the kinds, target groups and life situations of a service, and its provider's
name, licence and contacts. The triggers are those of migration 0007.
"""

from importlib import import_module

from django.db import migrations

_parts = import_module("services_registry.migrations.0007_touched_by_parts")
OF_PROVIDER = "SELECT s.id FROM changed c JOIN services_registry_service s ON s.provider_id = c.id"
PARTS = {
    "service_kinds": _parts.OWN,
    "service_target_groups": _parts.OWN,
    "service_life_situations": _parts.OWN,
    "provider": OF_PROVIDER,
}


class Migration(migrations.Migration):
    dependencies = [("services_registry", "0007_touched_by_parts")]

    operations = [
        migrations.RunSQL(
            _parts._function(table, services) + _parts._triggers(table), _parts._drop(table)
        )
        for table, services in PARTS.items()
    ]
