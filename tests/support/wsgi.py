"""The portal under a server of its own process: with the static files as they are in the code."""

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.template.loader import get_template
from django.urls import reverse

from config.wsgi import application as portal

application = StaticFilesHandler(portal)

# Loaded before the workers are made, so that each new one answers at once.
for _template in (
    "frontoffice/capture.html",
    "frontoffice/today.html",
    "account/login.html",
    "referrals/online/check.html",
    "referrals/online/sent.html",
):
    get_template(_template)
reverse("desk")
