"""The registry's tasks, where the queue looks for those of an app; each part has its own module."""

from services_registry.upkeep import tasks, tasks_reports  # noqa: F401  registers its tasks
