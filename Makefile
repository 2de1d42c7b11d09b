# Nenrin: every command that a developer or an operator types. Each works from a bare clone.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
# Two tests at a time; those that need the machine to themselves one after another (tests/conftest.py).
PARALLEL ?= -n 2
BIN := .venv/bin
export DJANGO_SETTINGS_MODULE := nenrin.settings
TEST_HOME := $(CURDIR)/var/test

.PHONY: setup messages demo test test-fast test-postgres check format bench prove endure lock clean

setup: .venv/ready
.venv/ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	@$(BIN)/python scripts/compile_messages.py
	@touch $@

messages: setup
	@$(BIN)/python scripts/compile_messages.py

demo: setup
	@$(BIN)/python scripts/compile_messages.py
	@$(BIN)/nenrin demo --serve --live --port $(PORT)

test: setup
	@$(BIN)/python scripts/compile_messages.py
	@bash scripts/packages.sh
	@NENRIN_HOME=$(TEST_HOME) $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

test-fast: setup messages
	@NENRIN_HOME=$(TEST_HOME) $(BIN)/python -m pytest $(PARALLEL) -m "not browser and not clients and not faults" $(ARGS)

test-postgres: setup messages
	@NENRIN_HOME=$(TEST_HOME) bash scripts/with_postgres.sh $(BIN)/python -m pytest $(PARALLEL) -m "not browser and not clients and not faults and not words" $(ARGS)

check: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@NENRIN_HOME=$(TEST_HOME) $(BIN)/mypy
	@$(BIN)/python scripts/compile_messages.py --check
	@NENRIN_HOME=$(TEST_HOME) $(BIN)/python -m django makemigrations --check --dry-run

format: setup
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: setup
	@$(BIN)/python scripts/figures.py bench $(ONLY)
prove: setup
	@$(BIN)/python scripts/figures.py prove $(ONLY)
endure: setup
	@bash scripts/packages.sh endure
	@$(BIN)/python scripts/figures.py endure $(ONLY)

lock:
	@$(BIN)/uv pip compile --quiet pyproject.toml --group dev --extra postgres --generate-hashes --python-version 3.11 --no-emit-index-url --no-header -o requirements.lock

clean:
	rm -rf .venv var
