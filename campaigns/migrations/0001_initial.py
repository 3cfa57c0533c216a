import django.db.models.deletion
from django.db import migrations, models

from municipalities.rls import SameMunicipality, TenantPolicy

PUBLIC_EVENT_OF_A_PUBLIC_CAMPAIGN = (
    "is_public AND EXISTS"
    " (SELECT 1 FROM campaigns_campaign c WHERE c.id = campaign_id AND c.is_public)"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("municipalities", "0001_initial"),
        ("projects", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=250, verbose_name="име")),
                ("slug", models.SlugField(max_length=170, verbose_name="адрес в портала")),
                ("description", models.TextField(blank=True, verbose_name="за какво е")),
                (
                    "audience",
                    models.CharField(blank=True, max_length=250, verbose_name="за кого е"),
                ),
                (
                    "is_public",
                    models.BooleanField(default=False, verbose_name="показва се на гражданите"),
                ),
                (
                    "source_note",
                    models.TextField(
                        blank=True,
                        help_text="Откъде са данните и какво липсва. Вижда се само тук.",
                        verbose_name="бележка към данните",
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
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="projects.project",
                        verbose_name="проект",
                    ),
                ),
            ],
            options={
                "verbose_name": "кампания",
                "verbose_name_plural": "кампании",
                "ordering": ("name", "pk"),
            },
        ),
        migrations.CreateModel(
            name="CampaignEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="събитие")),
                ("starts_at", models.DateTimeField(verbose_name="начало")),
                ("ends_at", models.DateTimeField(verbose_name="край")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="място")),
                ("is_public", models.BooleanField(default=True, verbose_name="показва се")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="campaigns.campaign",
                        verbose_name="кампания",
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
                    "settlement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipalities.settlement",
                        verbose_name="населено място",
                    ),
                ),
            ],
            options={
                "verbose_name": "събитие",
                "verbose_name_plural": "събития",
                "ordering": ("starts_at", "pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.UniqueConstraint(
                fields=("municipality", "slug"), name="campaign_slug_in_municipality"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignevent",
            index=models.Index(fields=["ends_at"], name="event_ends_at"),
        ),
        migrations.AddConstraint(
            model_name="campaignevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                name="event_ends_after_start",
                violation_error_message="Краят трябва да е след началото.",
            ),
        ),
        TenantPolicy("Campaign", public_when="is_public"),
        TenantPolicy("CampaignEvent", public_when=PUBLIC_EVENT_OF_A_PUBLIC_CAMPAIGN),
        SameMunicipality("Campaign", "project"),
        SameMunicipality("CampaignEvent", "campaign"),
    ]
