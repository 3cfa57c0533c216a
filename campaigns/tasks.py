"""Where the worker finds the tasks of campaigns: each part keeps its own."""

from campaigns.conference import tasks as conference_tasks  # noqa: F401  registers its tasks
