"""Days on which an office is closed or keeps other hours; public where the office is."""

import django.db.models.deletion
from django.db import migrations, models

from municipalities.rls import SameMunicipality, TenantPolicy


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0005_names_of_parents")]

    operations = [
        migrations.CreateModel(
            name="OfficeException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField(verbose_name="от дата")),
                ("last_day", models.DateField(verbose_name="до дата")),
                ("opens", models.TimeField(blank=True, null=True, verbose_name="от час")),
                ("closes", models.TimeField(blank=True, null=True, verbose_name="до час")),
                ("reason", models.CharField(blank=True, max_length=160, verbose_name="причина")),
                (
                    "municipality",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipalities.municipality",
                        verbose_name="община",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exceptions",
                        to="municipalities.office",
                        verbose_name="фронт-офис",
                    ),
                ),
            ],
            options={
                "verbose_name": "ден с друго работно време",
                "verbose_name_plural": "дни с друго работно време",
                "ordering": ("first_day", "opens", "pk"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="municipalities_officeexception_days_in_order",
                        violation_error_message="Крайната дата е преди началната.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes__isnull", True), ("opens__isnull", True)),
                            models.Q(
                                ("closes__isnull", False),
                                ("opens__isnull", False),
                                ("opens__lt", models.F("closes")),
                            ),
                            _connector="OR",
                        ),
                        name="municipalities_officeexception_both_times",
                        violation_error_message=(
                            "Попълнете двата часа, краят след началото, "
                            "или оставете и двата празни."
                        ),
                    ),
                ],
            },
        ),
        TenantPolicy(
            "OfficeException",
            public_when="EXISTS (SELECT 1 FROM municipalities_office o"
            " WHERE o.id = office_id AND o.is_public)",
        ),
        SameMunicipality("OfficeException", "office"),
    ]
