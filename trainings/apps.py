from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("Обучения")

    def ready(self) -> None:
        from trainings import counted, reported
        from trainings.supervising.joining import join
        from trainings.trails import register_trails

        counted.register()
        reported.register()
        join()
        register_trails()
