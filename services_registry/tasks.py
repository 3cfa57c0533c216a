"""The registry's tasks, where the queue looks for those of an app; each part has its own module."""

from services_registry.imports import tasks as import_tasks  # noqa: F401  registers its tasks
from services_registry.upkeep import (  # noqa: F401  as above
    tasks,
    tasks_proposals,
    tasks_reports,
)
