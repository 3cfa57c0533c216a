import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import projects.money
from municipalities.rls import SameMunicipality, TenantPolicy

OF_A_PUBLIC_PROJECT = (
    "EXISTS (SELECT 1 FROM projects_project p WHERE p.id = project_id AND p.is_public)"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("municipalities", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="ред")),
                ("number", models.CharField(blank=True, max_length=10, verbose_name="номер")),
                ("title", models.CharField(max_length=300, verbose_name="дейност")),
                ("description", models.TextField(blank=True, verbose_name="описание")),
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="projects.activity",
                        verbose_name="част от дейност",
                    ),
                ),
            ],
            options={
                "verbose_name": "дейност",
                "verbose_name_plural": "дейности",
                "ordering": ("position", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="код")),
                ("name", models.CharField(max_length=200, verbose_name="име")),
                (
                    "period",
                    models.CharField(
                        help_text="Например „2021–2027“.", max_length=20, verbose_name="период"
                    ),
                ),
                (
                    "eu_fund",
                    models.CharField(blank=True, max_length=100, verbose_name="европейски фонд"),
                ),
            ],
            options={
                "verbose_name": "програма",
                "verbose_name_plural": "програми",
                "ordering": ("-period", "name"),
                "constraints": [
                    models.UniqueConstraint(fields=("name", "period"), name="programme_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("code", ""), _negated=True),
                        fields=("code",),
                        name="programme_code_once",
                        violation_error_message="Вече има програма с този код.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Procedure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="код")),
                ("name", models.CharField(max_length=200, verbose_name="име")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="procedures",
                        to="projects.programme",
                        verbose_name="програма",
                    ),
                ),
            ],
            options={
                "verbose_name": "процедура",
                "verbose_name_plural": "процедури",
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=250, verbose_name="име")),
                (
                    "slug",
                    models.SlugField(max_length=170, unique=True, verbose_name="адрес в портала"),
                ),
                (
                    "summary",
                    models.TextField(
                        blank=True,
                        help_text="Какво ще се направи, с думи за гражданите.",
                        verbose_name="накратко",
                    ),
                ),
                ("aim", models.TextField(blank=True, verbose_name="цел")),
                (
                    "is_public",
                    models.BooleanField(
                        default=False,
                        help_text="Проектът получава страница в портала.",
                        verbose_name="показва се на гражданите",
                    ),
                ),
                (
                    "contract_number",
                    models.CharField(blank=True, max_length=60, verbose_name="номер на договора"),
                ),
                (
                    "contract_signed_on",
                    models.DateField(blank=True, null=True, verbose_name="договорът е подписан на"),
                ),
                (
                    "contract_signed_note",
                    models.CharField(
                        blank=True,
                        help_text="Когато датата не е известна докрай, например „през февруари“.",
                        max_length=60,
                        verbose_name="подписан (непълна дата)",
                    ),
                ),
                (
                    "eu_statement",
                    models.CharField(
                        choices=[
                            ("financed", "Финансирано от Европейския съюз"),
                            ("cofinanced", "Съфинансирано от Европейския съюз"),
                        ],
                        default="cofinanced",
                        max_length=12,
                        verbose_name="израз до емблемата на ЕС",
                    ),
                ),
                (
                    "amount_kind",
                    models.CharField(
                        choices=[
                            ("value", "стойност на проекта"),
                            ("grant", "безвъзмездна финансова помощ"),
                        ],
                        default="value",
                        max_length=8,
                        verbose_name="какво е сумата",
                    ),
                ),
                (
                    "amount",
                    projects.money.AmountField(
                        decimal_places=2, max_digits=14, verbose_name="сума"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        choices=[("BGN", "лева"), ("EUR", "евро")],
                        default="EUR",
                        help_text="Както е по договора: лева за договори отпреди 2026 г.",
                        max_length=3,
                        verbose_name="валута",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="начало")),
                (
                    "starts_note",
                    models.CharField(
                        blank=True,
                        help_text="Когато датата не е известна докрай, например „3 юли“ без година.",
                        max_length=60,
                        verbose_name="начало (непълна дата)",
                    ),
                ),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="край")),
                (
                    "duration_months",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="срок в месеци",
                    ),
                ),
                (
                    "note",
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
                    "procedure",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="projects.procedure",
                        verbose_name="процедура",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to="projects.programme",
                        verbose_name="програма",
                    ),
                ),
            ],
            options={
                "verbose_name": "проект",
                "verbose_name_plural": "проекти",
                "ordering": ("name", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="име")),
                ("country", models.CharField(blank=True, max_length=60, verbose_name="държава")),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partners",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "партньор",
                "verbose_name_plural": "партньори",
                "ordering": ("name", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="ред")),
                ("code", models.CharField(blank=True, max_length=20, verbose_name="код")),
                ("name", models.CharField(max_length=250, verbose_name="планиран резултат")),
                ("unit", models.CharField(default="бр.", max_length=40, verbose_name="мярка")),
                (
                    "baseline",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        verbose_name="начална стойност",
                    ),
                ),
                (
                    "target",
                    models.DecimalField(
                        decimal_places=2, max_digits=12, verbose_name="целева стойност"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=250, verbose_name="бележка")),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="indicators",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "индикатор",
                "verbose_name_plural": "индикатори",
                "ordering": ("position", "pk"),
            },
        ),
        migrations.CreateModel(
            name="FundingSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("esf_plus", "Европейски социален фонд плюс"),
                            ("esf", "Европейски социален фонд"),
                            ("eu", "европейско финансиране"),
                            ("national", "национално финансиране"),
                            ("own", "собствен принос"),
                            ("grant", "безвъзмездна финансова помощ от програмата"),
                        ],
                        max_length=10,
                        verbose_name="източник",
                    ),
                ),
                (
                    "amount",
                    projects.money.AmountField(
                        decimal_places=2, max_digits=14, verbose_name="сума"
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="бележка")),
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="funding",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "източник на финансиране",
                "verbose_name_plural": "финансиране по източник",
                "ordering": ("-amount", "pk"),
            },
        ),
        migrations.CreateModel(
            name="BudgetLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="код")),
                ("name", models.CharField(max_length=200, verbose_name="перо")),
                (
                    "amount",
                    projects.money.AmountField(
                        decimal_places=2, max_digits=14, verbose_name="сума"
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="budget_lines",
                        to="projects.activity",
                        verbose_name="дейност",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="budget_lines",
                        to="projects.project",
                    ),
                ),
            ],
            options={
                "verbose_name": "бюджетно перо",
                "verbose_name_plural": "бюджетни пера",
                "ordering": ("code", "pk"),
            },
        ),
        migrations.AddField(
            model_name="activity",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="activities",
                to="projects.project",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="project_amount_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__in", ["BGN", "EUR"])), name="project_currency_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                name="project_ends_after_start",
                violation_error_message="Краят трябва да е след началото.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("duration_months__range", (1, 120))),
                name="project_months_sensible",
                violation_error_message="Срокът е между 1 и 120 месеца.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("contract_number", ""), _negated=True),
                fields=("municipality", "contract_number"),
                name="project_contract_once",
                violation_error_message="Общината вече има проект с този номер на договор.",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.UniqueConstraint(fields=("project", "name"), name="partner_once"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.UniqueConstraint(fields=("project", "name"), name="indicator_once"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(("target__gte", 0)), name="indicator_target_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingsource",
            constraint=models.UniqueConstraint(
                fields=("project", "source"),
                name="funding_source_once",
                violation_error_message="Този източник вече е записан.",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundingsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="funding_amount_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.UniqueConstraint(
                fields=("project", "code"), name="budget_line_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="budget_line_amount_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("project", "number"),
                name="activity_number_once",
                violation_error_message="Проектът вече има дейност с този номер.",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("pk")), _negated=True),
                    _connector="OR",
                ),
                name="activity_not_its_own_part",
                violation_error_message="Дейността не може да е част от себе си.",
            ),
        ),
        TenantPolicy("Project", public_when="is_public"),
        TenantPolicy("FundingSource", public_when=OF_A_PUBLIC_PROJECT),
        TenantPolicy("Partner", public_when=OF_A_PUBLIC_PROJECT),
        TenantPolicy("Activity", public_when=OF_A_PUBLIC_PROJECT),
        TenantPolicy("Indicator", public_when=OF_A_PUBLIC_PROJECT),
        TenantPolicy("BudgetLine"),
        SameMunicipality("FundingSource", "project"),
        SameMunicipality("Partner", "project"),
        SameMunicipality("Activity", "project"),
        SameMunicipality("Activity", "parent"),
        SameMunicipality("Indicator", "project"),
        SameMunicipality("BudgetLine", "project"),
        SameMunicipality("BudgetLine", "activity"),
    ]
