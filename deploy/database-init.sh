#!/bin/sh
# Run once by the database's container on an empty volume: the role that the portal works as.
# It owns its database, is no superuser and cannot bypass row-level security.
set -eu
: "${DB_PASSWORD:?}"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" \
  --dbname postgres --set password="$DB_PASSWORD" <<'SQL'
CREATE ROLE frontoffice LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'password';
CREATE DATABASE frontoffice OWNER frontoffice;
REVOKE ALL ON DATABASE frontoffice FROM PUBLIC;
SQL
