"""The registry's tasks, where the queue looks for those of an app; each part has its own module."""

from services_registry.upkeep import (  # noqa: F401  registers its tasks
    tasks,
    tasks_proposals,
    tasks_reports,
)
