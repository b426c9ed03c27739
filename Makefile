# make build   environment, landing, dbt build, publication
# make test    every check that CI runs, with a whole build
# make build EXTRACTS=/path/to/extracts   the same over your own extracts instead of the sample

EXTRACTS ?= extracts/sample
LAKE     := lake/$(notdir $(abspath $(EXTRACTS)))
VARS     := $(if $(filter extracts/sample,$(EXTRACTS)),,--vars '{lake_root: $(LAKE)}')

PROJECT  := dbt_project.yml profiles/profiles.yml $(shell find models seeds macros tests analyses -type f -not -path '*/__pycache__/*')
LANDED   := $(LAKE)/_landed
BUILT    := published/.built-$(notdir $(abspath $(EXTRACTS)))

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3
COMPILE = $(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 pyproject.toml
UV     := $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes

.DEFAULT_GOAL := help
.PHONY: help mutants env dev land build rebuild lint check pytest test sample lock clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(VENV)/.build: requirements/bootstrap.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	  || { echo "error: '$(PYTHON)' is not Python 3.11; install it, or name it: make PYTHON=python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bootstrap.txt
	$(UV) -r requirements/build.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# What the pack, the explorer and the notebooks need on top of a build.
$(VENV)/.report: $(VENV)/.build requirements/report.txt
	$(UV) -r requirements/report.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.build requirements/dev.txt
	$(UV) -r requirements/dev.txt
	@touch $@

env: $(VENV)/.build
dev: $(VENV)/.dev

land: $(LANDED)

# Quarantined rows do not stop a build, and a refused submission does.
# `cpm land` touches its mark only when it landed something, so an unchanged lake rebuilds nothing.
$(LANDED): FORCE | env
	@$(BIN)/cpm land --extracts $(EXTRACTS) --lake $(LAKE) --accept-quarantine

# Published for these extracts, after the last change to the project and to the lake.
$(BUILT): $(PROJECT) $(LANDED) $(VENV)/.build $(if $(wildcard published/cpm.duckdb),,FORCE)
	@$(BIN)/dbt build $(VARS)
	@$(BIN)/cpm publish
	@rm -f published/.built-* && touch $@

build: $(BUILT)
	@echo "published/cpm.duckdb is up to date with $(EXTRACTS)"

rebuild:
	@rm -f $(BUILT)
	@$(MAKE) --no-print-directory build

FORCE:

lint: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models macros tests analyses

# The bouncer reads the manifest and catalogue; without --no-compile, dbt would overwrite what it says of the build.
check: dev rebuild
	@$(BIN)/dbt docs generate --quiet --no-compile $(VARS)
	$(BIN)/dbt-bouncer run

pytest: dev build
	$(BIN)/pytest

test: lint check pytest

sample: env
	$(BIN)/cpm simulate --out extracts/sample --truth extracts/truth

# Locks carry versions and hashes only: no registry's name stands in them.
lock: dev
	$(COMPILE) --group dev -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --group report -o requirements/report.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/build.txt

mutants: dev build
	$(BIN)/python tests/mutants.py

clean:
	rm -rf $(VENV) lake warehouse published target logs
