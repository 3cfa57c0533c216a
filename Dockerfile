# The portal's image: app, worker and management commands are the same image with other commands.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements/base.txt requirements/
RUN python -m venv /venv && /venv/bin/pip install --quiet --require-hashes -r requirements/base.txt
COPY . .
# Static files need no database and no secret; "demo" differs from production in neither.
RUN FRONTOFFICE_MODE=demo /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && mkdir -p var/media

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings FRONTOFFICE_MODE=production
WORKDIR /app
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin portal
COPY --from=build /venv /venv
COPY --from=build /app /app
# Only what people upload is written at run time; the code belongs to root.
RUN chown portal:portal var/media
USER portal
EXPOSE 8000
VOLUME /app/var/media
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "deploy/healthcheck.py"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "config.wsgi"]
