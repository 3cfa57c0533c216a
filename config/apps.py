"""The admin under the portal's own site class."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """``django.contrib.admin`` with the portal's site: who may enter and what it is called."""

    default_site = "municipalities.admin_site.PortalAdminSite"
