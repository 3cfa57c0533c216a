"""The admin of campaigns, by subject."""

from campaigns.conference import admin as conference  # noqa: F401  Django looks here
from campaigns.handbooks import admin as handbooks  # noqa: F401
from campaigns.materials import admin as materials  # noqa: F401
from campaigns.planning import admin as planning  # noqa: F401
from campaigns.registering import admin as registering  # noqa: F401
from campaigns.studies import admin as studies  # noqa: F401
