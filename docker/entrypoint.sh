#!/bin/sh
# The ways to run the image.
set -eu
celery() {
  exec python -m celery -A workers.app --quiet worker --pool prefork --without-gossip --without-mingle --loglevel WARNING "$@"
}
case "${1:-api}" in
  api)        exec python -m gunicorn -c python:service.gunicorn_config --worker-tmp-dir /dev/shm --bind 0.0.0.0:8000 ;;
  worker)     celery --concurrency "${CHIPQUOTE_WORKERS:-2}" --queues chipquote.quotes,chipquote.quotes.large ;;
  worker-small) celery --concurrency "${CHIPQUOTE_SMALL_WORKERS:-1}" --queues chipquote.quotes ;;
  dispatcher) exec python -m workers.dispatcher ;;
  migrate)    exec python -m quoting.cli.migrate ;;
  *)          exec "$@" ;;
esac
