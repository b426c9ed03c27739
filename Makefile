# make build   environment, landing, dbt build, publication
# make test    every check that CI runs, with a whole build
# make check-topic TOPIC=incident   the models of a topic with their unit tests and data tests, while a rule is changed
# make pmr MONTH=2021-09   the month's report from what is published, published/pmr/pmr-2021-09.{html,pdf,xlsx}
# make build EXTRACTS='/path/to/my extracts'   the same over your own extracts instead of the sample; LAKE=lake/<name> names their lake
# make explore  the explorer over the publication, in a browser (HEADLESS=1: only served)
# make site     published/site: main points, a page for each measure and month, search; opens with no server and no network
#   these and pmr read what is published, and build only where nothing is; PUBLISHED=<a copied cpm.duckdb>, PUBLICATION=<an earlier one>
# make audit    known vulnerabilities of every locked version; target/sbom.json, what is installed (CycloneDX)
# make portability  every model on Spark, row by row beside DuckDB (six minutes; needs Java)
# make spark    the whole warehouse on Spark, with its tests, then every mart row by row beside DuckDB's; spark-smoke: five models of it
# make review BASE=main   what the working tree moves beside a commit: target/review/review.{md,html}, differences.parquet (two builds)
# make docs     published/docs: every model, column, test and metric; lineage by column
# make wheel    target/dist: cpm as a tool, with the project in it (`uv tool install`, then `cpm init`)
# make clean    removes what is made anew; publications and lakes only with the word that it then says

PORT   ?= 2718
PYTHON ?= python3

# What the user gives is handed on as it is, in the environment: in a recipe make and the shell would read its blanks and quotes.
IS_TYPED := $(filter command,$(origin EXTRACTS))
GIVEN := BASE EXTRACTS LAKE PUBLISHED PUBLICATION MONTH TOPIC PORT PYTHON CONFIRM
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)
ifneq ($(EXTRACTS),)
export CPM_EXTRACTS := $(EXTRACTS)
endif
ifneq ($(LAKE),)
export CPM_LAKE := $(LAKE)
endif
ifneq ($(PUBLISHED),)
export CPM_PUBLISHED := $(PUBLISHED)
endif
ifneq ($(PUBLICATION),)
export CPM_PUBLICATION := $(PUBLICATION)
endif

# Names of files are UTF-8 whatever the locale, from the very start of Python.
export PYTHONUTF8 := 1

# These would lead Python, dbt or a shell to another place than this folder, or to names that are not UTF-8.
ASTRAY := CDPATH CPM_PROJECT PYTHONHOME PYTHONIOENCODING PYTHONPATH \
  $(foreach name,PROJECT_DIR PROFILES_DIR PROFILE TARGET TARGET_PATH LOG_PATH,DBT_$(name) DBT_ENGINE_$(name))
UNUSED := $(strip $(foreach name,$(ASTRAY),$(if $(findstring environment,$(origin $(name))),$(name))))
unexport $(ASTRAY)
$(if $(UNUSED),$(warning not used here, where everything is below this folder: $(UNUSED)))

# The programs of an environment name their folder in the first line of a shell's script.
define LINE_END


endef
UNFIT := $(strip $(foreach one,: $$ " `,$(findstring $(one),$(CURDIR))) $(if $(findstring $(LINE_END),$(CURDIR)),line end))
$(if $(UNFIT),$(error the path of this folder has $(UNFIT), with which no environment of Python works; rename the folder))

TARGETS := architecture audit browser build check check-topic clean dev docs elsewhere env explore help java land lint lock month \
  mutants pmr parity portability publication pytest rebuild registers review sample site spark spark-smoke test wheel
# What stands after a blank in a path that is not quoted would be run as a target, `clean` among them.
QUOTE := put a path with blanks in quotes: make build EXTRACTS='/path/to/my extracts'
ifneq ($(filter-out $(TARGETS) .venv/%,$(MAKECMDGOALS)),)
$(error no target '$(firstword $(filter-out $(TARGETS) .venv/%,$(MAKECMDGOALS)))'; `make help` lists them; $(QUOTE))
endif
ALONE := $(filter clean sample,$(MAKECMDGOALS))
ifneq ($(and $(word 2,$(MAKECMDGOALS)),$(IS_TYPED)$(ALONE)),)
$(error '$(word 2,$(MAKECMDGOALS))' is a second target; with EXTRACTS=..., and beside 'clean' or 'sample', there is one only; $(QUOTE))
endif
ifneq ($(and $(IS_TYPED),$(ALONE)),)
$(error '$(ALONE)' takes no EXTRACTS; $(QUOTE))
endif
ifneq ($(findstring e,$(firstword -$(MAKEFLAGS)))$(findstring i,$(firstword -$(MAKEFLAGS))),)
$(error MAKEFLAGS or the command line has -e or -i: variables of the environment would take the place of those here, or a failed step count as done)
endif
.NOTPARALLEL: # the steps of a target build on each other

VENV   := .venv
BIN    := $(VENV)/bin
STAGE  := @.ci/stage
COMPILE = $(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 pyproject.toml
# Compiled once, here: where Python may not write bytecode, every start would compile its imports anew.
UV     := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes

.DEFAULT_GOAL := help
.PHONY: $(TARGETS)

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

# Programs of a moved or copied environment would run what lies where it was made, so it is made anew.
ifneq ($(wildcard $(VENV)/pyvenv.cfg),)
ifeq ($(shell grep -F " $$(pwd -P)/$(VENV)" $(VENV)/pyvenv.cfg),)
$(VENV)/.build: FORCE
endif
endif
FORCE:

$(VENV)/.build: requirements/bootstrap.txt requirements/build.txt pyproject.toml
	@"$$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	  || { printf "error: '%s' is not Python 3.11; install it, or name it: make PYTHON=python3.11 ...\n" "$$PYTHON" >&2; exit 1; }
	@"$$PYTHON" -m venv $(if $(filter FORCE,$^),--clear) $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/bootstrap.txt
	$(STAGE) environment $(UV) -r requirements/build.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@# Python reads this by the locale before anything can say otherwise: without the folder's name it is ASCII.
	@for file in $(VENV)/lib/python3.11/site-packages/*cpm_warehouse.pth; do echo ../../../../src >"$$file"; done
	@touch $@

# What the pack, the explorer and the notebooks need on top of a build.
$(VENV)/.report: $(VENV)/.build requirements/report.txt
	$(STAGE) report-tools $(UV) -r requirements/report.txt
	@touch $@

# Another engine, to compare with: pyspark is half a gigabyte, so only targets of Spark ask for it. It lies in a folder of its
# own: Great Expectations imports it wherever it finds it, and ends the process of a test that does that before its own start.
SPARK := $(CURDIR)/$(VENV)/spark
$(VENV)/.spark: $(VENV)/.build requirements/spark.txt
	@rm -rf "$(SPARK)"
	$(STAGE) spark $(UV) --target "$(SPARK)" -r requirements/spark.txt
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
	@test -z "$(IS_TYPED)" || test ! -e "$$EXTRACTS $(MAKECMDGOALS)" \
	  || { printf "error: '%s' is there as well; %s\n" "$$EXTRACTS $(MAKECMDGOALS)" "$(QUOTE)" >&2; exit 2; }
	@$(BIN)/cpm land --accept-quarantine

# Whether there is anything to do is asked of what the publication rests on (`cpm status`), before and after: what
# landed meanwhile is said. The selector leaves out what no data can break: `make test` runs that.
build: land
	@$(BIN)/cpm status --quiet 2>/dev/null; \
	case $$? in \
	  0) ;; \
	  3) .ci/stage build $(BIN)/cpm build -- --selector data && $(BIN)/cpm publish ;; \
	  *) $(BIN)/cpm status ;; \
	esac
	@$(BIN)/cpm status

# Every node of the project, whatever is published.
rebuild: land
	$(STAGE) build $(BIN)/cpm build
	@$(BIN)/cpm publish
	@$(BIN)/cpm status

lint: dev
	$(STAGE) format $(BIN)/ruff format --check .
	$(STAGE) ruff $(BIN)/ruff check .
	$(STAGE) mypy $(BIN)/mypy
	$(STAGE) yamllint $(BIN)/yamllint --strict .
	@mkdir -p target/lint
	$(STAGE) sqlfluff env CPM_WAREHOUSE=target/lint/cpm.duckdb \
	  $(BIN)/python .ci/lint_sql.py lint --processes 2 --disable-progress-bar models macros tests analyses
	$(STAGE) sqlfluff-report $(BIN)/python .ci/lint_sql.py lint --disable-progress-bar --templater placeholder src/cpm_warehouse/report

# Over the warehouse that is there: seeds that the topic reads are loaded anew, other things above it are as the last build left them.
COMMA := ,
ROOMS = $(if $(filter 1,$(words $(TOPIC))),$(filter %/$(TOPIC),$(wildcard models/*/*)))
check-topic: dev
	@test -n "$(ROOMS)" \
	  || { echo "error: name a topic, a folder of models/intermediate: make check-topic TOPIC=incident" >&2; exit 2; }
	$(STAGE) $(TOPIC) $(BIN)/cpm dbt -- build --indirect-selection buildable \
	  --select $(ROOMS) $(patsubst %,1+%$(COMMA)resource_type:seed,$(ROOMS))

# Pages that need no server: models, tests and metrics; the lineage of every column; the measure book. Without --no-compile, dbt
# would overwrite what target/ says of the build. They quote no row, and are closed to whom the publication is closed. dbt's page
# shows the book's pages too; their links to each other lead to the book.
TO_BOOK := -e 's|\]\((\.\./)*(measures/)?([A-Za-z0-9_]+)\.md\)|](book.html\#\L\3)|g' \
  -e 's|\]\((\.\./)*(measures/)?([A-Za-z0-9_]+)\.md\#([a-z0-9-]+)\)|](book.html\#\L\3--\4)|g'
define DOCS
	$(STAGE) docs $(BIN)/cpm dbt -- docs generate --quiet --static --no-compile
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

# Five models on Spark in a project of their own, beside what a build left.
SMOKE = .ci/stage spark-smoke env PYTHONPATH="$(SPARK)" $(BIN)/python -m pytest -o addopts= -q tests/python/test_build_on_spark.py

pytest: dev browser build docs
	$(STAGE) pytest $(BIN)/pytest

# The linters wait for one core most of the time, as dbt does, and what comes from elsewhere for its packages: they go beside
# each other, and what is red of any ends it. Spark is slow to start, and goes beside the other tests.
BESIDE = $(MAKE) --no-print-directory $(1) >target/$(1).txt 2>&1 & $(1)=$$!
test: dev
	@mkdir -p target; $(call BESIDE,lint); $(call BESIDE,elsewhere); \
	$(MAKE) --no-print-directory check; red=$$?; \
	for beside in $$lint $$elsewhere; do wait $$beside || red=1; done; cat target/elsewhere.txt target/lint.txt; exit $$red
	@$(SMOKE) >target/smoke.txt 2>&1 & smoke=$$!; \
	.ci/stage pytest $(BIN)/pytest; red=$$?; wait $$smoke || red=1; cat target/smoke.txt; exit $$red

# Readers need what is published, and no lake: what is there is read as it is, and where nothing is, it is built.
publication:
	@test -n "$$CPM_PUBLISHED" || test -e published/cpm.duckdb || $(MAKE) --no-print-directory build

explore: publication $(VENV)/.report
	$(BIN)/cpm explore --port "$$PORT" $(if $(HEADLESS),--headless)

docs: build $(VENV)/.report
	$(DOCS)
	@echo "published/docs/index.html, published/docs/lineage.html, published/docs/book.html"

month:
	@case "$$MONTH" in [0-9][0-9][0-9][0-9]-[01][0-9]) ;; \
	  *) echo "error: name the month: make pmr MONTH=2021-09" >&2; exit 2 ;; esac

# The month's report from what is published.
pmr: month publication $(VENV)/.report
	$(BIN)/cpm pack --month "$$MONTH"

# Static pages of what is published; those of `make docs` are linked where they are there.
site: publication $(VENV)/.report
	$(BIN)/cpm site

# What a change moves: both are built from the lake that is here, each in a place of its own.
review: land $(VENV)/.report
	@.ci/review "$$BASE"

# Packages of Debian, got where this user may: $(1) are their names, $(2) is what needs them.
GOT = { as_root=$$([ "$$(id -u)" = 0 ] || echo sudo -n); command -v apt-get >/dev/null && $$as_root true 2>/dev/null \
    && .ci/stage $@ sh -c "$$as_root apt-get update -qq && $$as_root apt-get install -y -qq $(1)"; } \
  || { echo "error: $(2), which is not here: apt-get install $(1)" >&2; exit 1; }

# The browser, and a library of the program that drives it, for the tests that look at pages.
browser:
	@{ command -v chromium && ldconfig -p | grep libatomic.so.1; } >/dev/null 2>&1 \
	  || $(call GOT,chromium libatomic1,the tests look at pages in Chromium)

java:
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || $(call GOT,default-jre-headless,Spark runs on Java 17)

# What the tests need that is no package of the test tools.
elsewhere: browser java $(VENV)/.spark

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
	$(COMPILE) --group dev --extra report -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --group report --extra report -o requirements/report.txt
	$(COMPILE) -c requirements/dev.txt --group audit -o requirements/audit.txt
	$(COMPILE) -c requirements/dev.txt --group build -o requirements/build.txt
	$(COMPILE) -c requirements/dev.txt --excludes requirements/build.txt --group spark -o requirements/spark.txt

# Every model's SQL on Spark, over what DuckDB built without publishing it, row by row beside DuckDB's own; some minutes. What Spark says
# of itself is in logs/spark.err.
portability: java build dev $(VENV)/.spark
	@rm -rf target/spark
	$(STAGE) duckdb $(BIN)/cpm dbt --warehouse target/spark/cpm.duckdb -- build --exclude-resource-type test unit_test \
	  --target-path target/spark/duckdb
	$(STAGE) macros env PYTHONPATH="$(SPARK)" $(BIN)/python -m pytest -o addopts= -q tests/python/test_engines.py
	@PYTHONPATH="$(SPARK)" $(BIN)/python tests/portability.py 2>logs/spark.err

# The same dbt build on Spark: docs/guides/build_on_spark.md. What its selector leaves out, and why, stands in selectors.yml.
ON_SPARK = env CPM_SPARK_PACKAGES="$(SPARK)"
spark: java land dev $(VENV)/.spark
	$(STAGE) spark $(ON_SPARK) $(BIN)/cpm spark -- --selector spark
	@$(MAKE) --no-print-directory parity

# Both engines' tables from one lake; DuckDB's lie apart from what is published.
parity: land dev
	$(STAGE) duckdb $(BIN)/cpm dbt --warehouse target/spark/cpm.duckdb -- build --exclude-resource-type test unit_test \
	  --target-path target/spark/duckdb
	@$(BIN)/python tests/parity.py

spark-smoke: java build dev $(VENV)/.spark
	@$(SMOKE)

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

# One file that needs nothing else of the project; what it is tried with is in tests/python/test_wheel.py.
wheel: env
	@rm -rf target/dist
	$(STAGE) wheel $(BIN)/uv build --wheel --no-build-isolation --python $(BIN)/python --out-dir target/dist

# Also where the environment is broken.
clean:
	@.ci/clean "$$CONFIRM"
