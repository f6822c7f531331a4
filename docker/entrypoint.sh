#!/bin/sh
# The four ways to run the image.
set -eu
case "${1:-api}" in
  api)        exec python -m gunicorn -c python:service.gunicorn_config --worker-tmp-dir /dev/shm --bind 0.0.0.0:8000 ;;
  worker)     exec python -m celery -A workers.app --quiet worker --pool prefork --concurrency "${CHIPQUOTE_WORKERS:-2}" \
                   --without-gossip --without-mingle --loglevel WARNING ;;
  dispatcher) exec python -m workers.dispatcher ;;
  migrate)    exec python -m quoting.cli.migrate ;;
  *)          exec "$@" ;;
esac
