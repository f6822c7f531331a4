#!/bin/sh
# The roles of the database, made once, with its volume: the owner (migrate), the API, workers with the dispatcher.
# None is a superuser, and none bypasses the policies that keep tenants apart. docs/postgresql.md says what each may do.
set -eu
secret() { sed "s/'/''/g" "/run/secrets/$1"; }
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres <<SQL
CREATE ROLE chipquote LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '$(secret db_password)';
CREATE ROLE chipquote_api LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '$(secret db_api_password)';
CREATE ROLE chipquote_worker LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '$(secret db_worker_password)';
CREATE DATABASE chipquote OWNER chipquote;
SQL
