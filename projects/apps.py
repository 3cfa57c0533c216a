from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = _("Проекти")
    admin_place = 10
    admin_order = (
        "Project",
        "Expense",
        "ExpenseImport",
        "PaymentRequest",
        "ProjectContract",
        "Supplier",
        "BudgetAnnex",
        "Indicator",
        "IndicatorValue",
        "Obligation",
        "PeriodReport",
        "ProjectDocument",
        "Position",
        "Workplace",
        "UnitCost",
        "FlatRate",
        "Programme",
        "Procedure",
    )

    def ready(self):
        from municipalities.admin_needs import register_needs
        from municipalities.permissions import can_manage_projects
        from municipalities.sections import register_section
        from municipalities.starting import register_start
        from projects.indicators import own
        from projects.needs import needs_of_projects
        from projects.norms import add_missing
        from projects.overview.own_risks import own_risks
        from projects.publicity.check import visibility_risks
        from projects.risks import register_risks
        from projects.trails import register_trails
        from projects.views import projects_section

        register_section(order=40, template="projects/section_projects.html", load=projects_section)
        own.register()
        register_start(add_missing)
        register_risks(own_risks)
        register_risks(visibility_risks)
        register_trails()
        register_needs(can_manage_projects, needs_of_projects)
