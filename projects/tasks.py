"""What the worker does for projects; procrastinate looks for tasks here."""

from projects.papers import tasks as papers_tasks  # noqa: F401  registers its tasks
