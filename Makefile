# Every target does its own set-up; the second time it is quick.
VENV   := .venv
PYTHON := $(VENV)/bin/python
READY  := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check check-long red bench openapi compose-check lock

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Create .venv from the pinned, hashed requirements

$(READY): requirements/dev.txt pyproject.toml
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY)  ## The whole system on this machine: the seed request through the HTTP API, answered as tables
	$(VENV)/bin/chipquote demo

up: $(READY)  ## API, workers, dispatcher and Redis in the foreground; Ctrl-C ends all of it
	$(VENV)/bin/chipquote up

test: $(READY)  ## All tests but the long ones: real Redis, real Celery, real SQL, real HTTP
	$(PYTHON) -m pytest -q -n 2 --dist loadgroup -m "not long"

check: $(READY)  ## Format, lint, types, direction of imports, integrity of the reference data
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/chipquote check-catalogue
	$(VENV)/bin/chipquote check-rules

check-long: $(READY)  ## The long fault and oracle tests
	$(PYTHON) -m pytest -q -m long

red: $(READY)  ## T1 to T20 with each defence switched off: fails unless each of them turns red
	$(PYTHON) -m tests.faults.red --only-red

bench: $(READY)  ## Performance as ratios to a yardstick measured in the same run
	$(PYTHON) -m bench

openapi: $(READY)  ## Write the API's document anew: docs/openapi.json
	$(PYTHON) -m service.print_openapi > docs/openapi.json

compose-check:  ## Build and run the compose stack, ask it for the seed, crash a worker at work
	@if [ -x ../shared/tools/compose-check.sh ]; then \
	  ../shared/tools/compose-check.sh . -- python3 docker/check_stack.py; \
	else echo "../shared/tools/compose-check.sh is not here; with a Docker engine: docker compose up -d --build"; fi

lock: $(READY)  ## Pin and hash the requirements anew from pyproject.toml
	$(VENV)/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 pyproject.toml -o requirements/run.txt
	$(VENV)/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 --extra dev pyproject.toml -o requirements/dev.txt
	echo "setuptools>=80" | $(VENV)/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 - -o requirements/build.txt
