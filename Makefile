# What each command does is also written out in the README, for machines without make.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lock bench

## Install from the lock and run the real flow over the news site that ships with the project.
demo: .venv/installed
	$(BIN)/newslake demo

## Install the development lock, then style, types and tests.
test: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --cov --cov-report=term

## Resolve the dependencies again (needs uv); the lock files hold hashes and no addresses.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 --quiet --group build pyproject.toml --output-file requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	  --python-version 3.11 --quiet --constraints requirements.lock --group dev pyproject.toml \
	  --output-file requirements-dev.lock

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/installed-dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@ .venv/installed
