PYTHON ?= python3
BIN := .venv/bin
DEBIAN := $(shell sed 's/#.*//' system-packages.txt)
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

.PHONY: demo test test-fast check system-packages simulate bench bench-startup bench-dedupe bench-extract bench-fuzz bench-diff bench-policies check-corpus install clean

demo: install  ## two nights on the sample portals, from crawl to alert
	$(BIN)/python -m samples.demo

test: install  ## all tests, on SQLite and PostgreSQL, on every core: ARGS=tests/storage, -k word
	$(BIN)/pytest --numprocesses auto --dist worksteal $(ARGS)

test-fast: install  ## the tests that need no process, server or browser: two minutes
	$(BIN)/pytest --fast --numprocesses auto --dist worksteal $(ARGS)

check: install  ## style, types, layers, structure, migrations that match the models
	$(BIN)/ruff format --check . && $(BIN)/ruff check .
	$(BIN)/mypy && $(BIN)/lint-imports
	$(BIN)/python -m checks.structure && $(BIN)/python -m checks.article_path
	$(BIN)/pytest tests/storage/test_migrations.py

system-packages:  ## the Debian packages that tests need (Chromium, LibreOffice); as root, or by sudo
	@if dpkg-query --show --showformat='$${db:Status-Status}\n' $(DEBIAN) 2>&1 | grep -qvx installed; then \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends $(DEBIAN); \
	fi

simulate: install  ## fortnights of forty portals with planned faults: were all noticed, is the archive true? ARGS=--help
	$(BIN)/python -m simulation $(ARGS)

bench: install  ## CPU to start and per archived page beside a plain spider; an archive that grows
	$(BIN)/python -m benchmarks.crawl.startup
	$(BIN)/python -m benchmarks.crawl.cost
	$(BIN)/python -m benchmarks.crawl.growth

bench-startup: install  ## CPU of a command and of a crawl before its first request, beside Python and plain Scrapy
	$(BIN)/python -m benchmarks.crawl.startup $(ARGS)

bench-extract: install .venv-bench/installed  ## our records beside other extractors': CORPUS=folder of pages and truths
	$(BIN)/python -m benchmarks.extraction.comparison $(CORPUS) $(ARGS)

bench-dedupe: install .venv-bench/installed  ## reprints told among invented articles, and real laws: CORPUS=folder, ARGS=--help
	$(BIN)/python -m benchmarks.dedupe.recall $(CORPUS) $(ARGS)

bench-fuzz: install  ## twenty damaged variants of each saved page: CORPUS=folder of pages
	$(BIN)/python -m benchmarks.extraction.fuzz $(CORPUS) $(ARGS)

bench-diff: install  ## comparing texts clause by clause, beside difflib; ten thousand random edits
	$(BIN)/python -m benchmarks.diff.comparison $(ARGS)

bench-policies: install  ## one policy or several, and what is in force, on real documents: CORPUS=folder, ARGS=--only GROUP
	$(BIN)/python -m benchmarks.policies $(CORPUS) $(ARGS)

check-corpus: install  ## saved lists and articles of real portals, read and replayed: CORPUS=folder with manifest.json
	$(BIN)/python -m benchmarks.extraction.listings $(CORPUS)

install: .venv/installed

.venv/installed: pyproject.toml requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt -e .
	touch $@

.venv-bench/installed: requirements-bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --upgrade pip
	.venv-bench/bin/pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	touch $@

clean:
	rm -rf .venv .venv-bench archive build *.egg-info
