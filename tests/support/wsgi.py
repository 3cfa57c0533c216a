"""The portal under a server of its own process: with the static files as they are in the code."""

from django.contrib.staticfiles.handlers import StaticFilesHandler

from config.wsgi import application as portal

application = StaticFilesHandler(portal)
