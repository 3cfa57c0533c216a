"""The desk's tasks, where the queue looks for those of an app; each part has its own module."""

from frontoffice.drafts import tasks as draft_tasks  # noqa: F401  registers its tasks
from frontoffice.followups import tasks as follow_up_tasks  # noqa: F401  as above
