# make build   environment, landing, dbt build, publication
# make test    every check that CI runs, with a whole build
# make check-topic TOPIC=incident   the models of a topic with their unit tests and data tests, while a rule is changed
# make pmr MONTH=2021-09   the month's report, published/pmr/pmr-2021-09.{html,pdf,xlsx}
# make build EXTRACTS=/path/to/extracts   the same over your own extracts instead of the sample
# make explore  the explorer over the publication, in a browser (HEADLESS=1: only served)
# make audit    known vulnerabilities of every locked version; target/sbom.json, what is installed (CycloneDX)
# make portability  every model on Spark, row by row beside DuckDB (six minutes; needs Java)
# make docs     published/docs: every model, column, test and metric; lineage by column

EXTRACTS ?= extracts/sample
PORT     ?= 2718
LAKE     := lake/$(notdir $(abspath $(EXTRACTS)))
VARS     := $(if $(filter extracts/sample,$(EXTRACTS)),,--vars '{lake_root: $(LAKE)}')

VENV   := .venv
BIN    := $(VENV)/bin
STAGE  := @.ci/stage
PYTHON ?= python3
COMPILE = $(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 pyproject.toml
# Compiled once, here: where Python may not write bytecode, every start would compile its imports anew.
UV     := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes

.DEFAULT_GOAL := help
.PHONY: help registers audit mutants architecture portability java env dev land build rebuild lint check check-topic pytest test sample lock clean browser docs explore pmr

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# Programs of a moved or copied environment would run what lies where it was made, so it is made anew.
ifneq ($(wildcard $(VENV)/pyvenv.cfg),)
ifeq ($(shell grep -F ' $(CURDIR)/$(VENV)' $(VENV)/pyvenv.cfg),)
$(VENV)/.build: FORCE
endif
endif
FORCE:

$(VENV)/.build: requirements/bootstrap.txt requirements/build.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	  || { echo "error: '$(PYTHON)' is not Python 3.11; install it, or name it: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(if $(filter FORCE,$^),--clear) $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bootstrap.txt
	$(STAGE) environment $(UV) -r requirements/build.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# What the pack, the explorer and the notebooks need on top of a build.
$(VENV)/.report: $(VENV)/.build requirements/report.txt
	$(STAGE) report-tools $(UV) -r requirements/report.txt
	@touch $@

# Another engine, to compare with: pyspark is half a gigabyte, so only `make portability` asks for it.
$(VENV)/.spark: $(VENV)/.build requirements/spark.txt
	$(STAGE) spark $(UV) -r requirements/spark.txt
	@touch $@

$(VENV)/.dev: $(VENV)/.build requirements/dev.txt
	$(STAGE) test-tools $(UV) -r requirements/dev.txt
	@touch $@

# What `make audit` needs.
$(VENV)/.audit: $(VENV)/.build requirements/audit.txt
	$(STAGE) audit-tools $(UV) -r requirements/audit.txt
	@touch $@

env: $(VENV)/.build
dev: $(VENV)/.dev

# Quarantined rows do not stop a build, and a refused submission does.
land: env
	@$(BIN)/cpm land --extracts $(EXTRACTS) --lake $(LAKE) --accept-quarantine

# Whether there is anything to do is asked of what the publication rests on (`cpm status`), before and after: what
# landed meanwhile is said. The selector leaves out what no data can break: `make test` runs that.
build: land
	@$(BIN)/cpm status --lake $(LAKE) --quiet 2>/dev/null; \
	case $$? in \
	  0) ;; \
	  3) .ci/stage build $(BIN)/cpm build --lake $(LAKE) -- --selector data && $(BIN)/cpm publish ;; \
	  *) $(BIN)/cpm status --lake $(LAKE) ;; \
	esac
	@$(BIN)/cpm status --lake $(LAKE)

# Every node of the project, whatever is published.
rebuild: land
	$(STAGE) build $(BIN)/cpm build --lake $(LAKE)
	@$(BIN)/cpm publish
	@$(BIN)/cpm status --lake $(LAKE)

lint: dev
	$(STAGE) format $(BIN)/ruff format --check .
	$(STAGE) ruff $(BIN)/ruff check .
	$(STAGE) mypy $(BIN)/mypy
	$(STAGE) yamllint $(BIN)/yamllint --strict .
	@mkdir -p target/lint
	$(STAGE) sqlfluff env CPM_WAREHOUSE=target/lint/cpm.duckdb \
	  $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models macros tests analyses
	$(STAGE) sqlfluff-report $(BIN)/sqlfluff lint --disable-progress-bar --templater placeholder src/cpm_warehouse/report

# Over the warehouse that is there: seeds that the topic reads are loaded anew, other things above it are as the last build left them.
COMMA := ,
check-topic: dev
	@ls -d models/*/$(TOPIC) >/dev/null 2>&1 && test -n "$(TOPIC)" \
	  || { echo "error: name a topic, a folder of models/intermediate: make check-topic TOPIC=incident" >&2; exit 2; }
	$(STAGE) $(TOPIC) $(BIN)/dbt build $(VARS) --indirect-selection buildable \
	  --select $(wildcard models/*/$(TOPIC)) $(patsubst %,1+%$(COMMA)resource_type:seed,$(wildcard models/*/$(TOPIC)))

# Pages that need no server: models, tests and metrics; the lineage of every column; the measure book. Without --no-compile, dbt
# would overwrite what target/ says of the build. They quote no row, and are closed to whom the publication is closed. dbt's page
# shows the book's pages too; their links to each other lead to the book.
TO_BOOK := -e 's|\]\((\.\./)*(measures/)?([A-Za-z0-9_]+)\.md\)|](book.html\#\L\3)|g' \
  -e 's|\]\((\.\./)*(measures/)?([A-Za-z0-9_]+)\.md\#([a-z0-9-]+)\)|](book.html\#\L\3--\4)|g'
define DOCS
	$(STAGE) docs $(BIN)/dbt docs generate --quiet --static --no-compile $(VARS)
	@umask 077; $(STAGE:@%=%) lineage $(BIN)/colibri generate --light --disable-telemetry --output-dir target/colibri
	@rm -rf published/docs
	@test -z "$$(find published/cpm.duckdb -perm 600)" || umask 077; mkdir -p published/docs \
	  && sed -E $(TO_BOOK) target/static_index.html >published/docs/index.html && $(BIN)/cpm book --out published/docs/book.html >/dev/null \
	  && cat target/colibri/index.html >published/docs/lineage.html
endef

# The bouncer reads the manifest and the catalogue.
check: dev rebuild
	$(DOCS)
	$(STAGE) bouncer $(BIN)/dbt-bouncer run

pytest: dev browser build docs
	$(STAGE) pytest $(BIN)/pytest

# The linters wait for one core most of the time, and so does dbt: they go beside each other, and what is red of either ends it.
test: dev browser
	@mkdir -p target; $(MAKE) --no-print-directory lint >target/lint.txt 2>&1 & linting=$$!; \
	$(MAKE) --no-print-directory check; checked=$$?; wait $$linting; linted=$$?; \
	cat target/lint.txt; exit $$((checked | linted))
	$(STAGE) pytest $(BIN)/pytest

# On loopback only, and without a token: nothing that the publication holds is secret, and it opens read-only.
explore: build $(VENV)/.report
	$(BIN)/marimo run notebooks/explorer.py --host 127.0.0.1 --port $(PORT) --no-token $(if $(HEADLESS),--headless)

docs: build $(VENV)/.report
	$(DOCS)
	@echo "published/docs/index.html, published/docs/lineage.html, published/docs/book.html"

# The month's report from what is published.
pmr: build $(VENV)/.report
	@test -n "$(MONTH)" || { echo "error: name the month: make pmr MONTH=2021-09" >&2; exit 2; }
	$(BIN)/cpm pack --month $(MONTH)

# Debian's browser, and a library of the program that drives it, for the tests that look at pages; got where this user may.
browser:
	@{ command -v chromium && ldconfig -p | grep libatomic.so.1; } >/dev/null 2>&1 \
	  || { as_root=$$([ "$$(id -u)" = 0 ] || echo sudo -n); command -v apt-get >/dev/null && $$as_root true 2>/dev/null \
	    && .ci/stage browser sh -c "$$as_root apt-get update -qq && $$as_root apt-get install -y -qq chromium libatomic1"; } \
	  || { echo "error: the tests look at pages in Chromium, which is not here: apt-get install chromium libatomic1" >&2; exit 1; }

# The extracts, and what a publication of 24 October 2021 would have shown of them: before September was corrected.
EARLIER_AT := 2021-10-24 23:59:59

sample: env
	$(BIN)/cpm simulate --out extracts/sample --truth extracts/truth
	@rm -rf target/sample && mkdir -p target/sample
	@$(BIN)/cpm land --extracts extracts/sample --lake target/sample/lake --accept-quarantine >/dev/null
	@CPM_WAREHOUSE=target/sample/cpm.duckdb $(BIN)/dbt --quiet build --select +fct_measure_results int_reporting_clock \
	  --exclude-resource-type test unit_test --target-path target/sample/dbt \
	  --vars '{lake_root: target/sample/lake, as_known_at: "$(EARLIER_AT)"}'
	$(BIN)/cpm earlier-publication --warehouse target/sample/cpm.duckdb --published-at "$(EARLIER_AT)"

# Locks carry versions and hashes only: no registry's name stands in them.
lock: dev
	$(COMPILE) --group dev -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --group report -o requirements/report.txt
	$(COMPILE) -c requirements/dev.txt --group audit -o requirements/audit.txt
	$(COMPILE) -c requirements/dev.txt --group spark -o requirements/spark.txt
	$(COMPILE) -c requirements/dev.txt -o requirements/build.txt

# Every model's SQL on Spark, over what DuckDB built without publishing it, row by row beside DuckDB's own; some minutes. What Spark says
# of itself is in logs/spark.err.
portability: java land $(VENV)/.spark
	@rm -rf target/spark
	$(STAGE) duckdb env CPM_WAREHOUSE=target/spark/cpm.duckdb $(BIN)/dbt build --exclude-resource-type test unit_test \
	  --target-path target/spark/duckdb $(VARS)
	@$(BIN)/python tests/portability.py 2>logs/spark.err

java:
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null \
	  || { echo "error: Spark runs on Java 17, which is not here; install it: apt-get install default-jre-headless" >&2; exit 1; }

# The structure beside what was wanted of it.
architecture: dev build
	$(BIN)/python tests/architecture.py

# What others rely on, as the last build has it: columns of public marts, and the owners of folders.
registers: dev build
	$(BIN)/python tests/registers.py

# Not in CI: what is known of a version changes without a commit. The bill of materials is of what a build and its reports install.
audit: $(VENV)/.audit
	@mkdir -p target
	$(STAGE) sbom env PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --of JSON \
	  --output-reproducible -o target/sbom.json requirements/report.txt
	$(STAGE) audit .ci/audit $(BIN)/pip-audit $(wildcard requirements/*.txt)

mutants: dev build
	$(BIN)/python tests/mutants.py

clean:
	rm -rf $(VENV) lake warehouse published target logs
