from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("Обучения")
    admin_place = 20
    admin_order = ("Training", "Supervision", "Trainee", "Certificate", "DevelopmentNorm")

    def ready(self) -> None:
        from municipalities.admin_needs import register_needs
        from municipalities.certified import register_certificates
        from municipalities.permissions import can_manage_projects
        from trainings import certificates, counted, reported
        from trainings.needs import needs_of_trainings
        from trainings.supervising.joining import join
        from trainings.trails import register_trails

        counted.register()
        reported.register()
        join()
        register_trails()
        register_certificates("training", certificates.find_certified)
        register_needs(can_manage_projects, needs_of_trainings)
