import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import trainings.models
from municipalities.rls import SameMunicipality, TenantPolicy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("municipalities", "0001_initial"),
        ("projects", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Training",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("introductory", "въвеждащо"),
                            ("upgrading", "надграждащо"),
                            ("thematic", "тематично"),
                        ],
                        max_length=12,
                        verbose_name="вид",
                    ),
                ),
                ("title", models.CharField(max_length=250, verbose_name="тема")),
                (
                    "programme",
                    models.TextField(
                        blank=True,
                        help_text="Темите, една под друга.",
                        verbose_name="програма на обучението",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="от")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="до")),
                (
                    "academic_hours",
                    trainings.models.HoursField(
                        decimal_places=1, max_digits=5, verbose_name="учебни часове"
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("in_person", "присъствено"),
                            ("online", "онлайн"),
                            ("mixed", "смесено"),
                        ],
                        default="in_person",
                        max_length=10,
                        verbose_name="форма",
                    ),
                ),
                ("trainer", models.CharField(blank=True, max_length=200, verbose_name="обучител")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="място")),
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
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trainings",
                        to="projects.project",
                        verbose_name="проект",
                    ),
                ),
            ],
            options={
                "verbose_name": "обучение",
                "verbose_name_plural": "обучения",
                "ordering": (
                    models.OrderBy(models.F("starts_on"), descending=True, nulls_first=True),
                    "-pk",
                ),
            },
        ),
        migrations.CreateModel(
            name="TrainingParticipant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="име")),
                (
                    "organisation",
                    models.CharField(blank=True, max_length=160, verbose_name="организация"),
                ),
                (
                    "academic_hours",
                    trainings.models.HoursField(
                        blank=True,
                        decimal_places=1,
                        max_digits=5,
                        null=True,
                        verbose_name="учебни часове",
                    ),
                ),
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
                    "training",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="participants",
                        to="trainings.training",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="служител",
                    ),
                ),
            ],
            options={
                "verbose_name": "участник",
                "verbose_name_plural": "участници",
                "ordering": ("name", "pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="training",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                name="training_ends_after_start",
                violation_error_message="Краят не може да е преди началото.",
            ),
        ),
        migrations.AddConstraint(
            model_name="training",
            constraint=models.CheckConstraint(
                condition=models.Q(("academic_hours__gt", 0)), name="training_has_hours"
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingparticipant",
            constraint=models.UniqueConstraint(
                fields=("training", "user"),
                name="participant_once",
                violation_error_message="Този служител вече е записан.",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingparticipant",
            constraint=models.CheckConstraint(
                condition=models.Q(("academic_hours__gt", 0)), name="participant_has_hours"
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingparticipant",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="participant_has_name"
            ),
        ),
        TenantPolicy("Training"),
        TenantPolicy("TrainingParticipant"),
        SameMunicipality("Training", "project"),
        SameMunicipality("TrainingParticipant", "training"),
    ]
