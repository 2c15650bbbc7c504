PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench install clean

demo: install  ## two nights on the sample portals, from crawl to alert
	$(BIN)/python -m samples.demo

test: install  ## all tests, on SQLite and PostgreSQL
	$(BIN)/pytest

check: install  ## style, types, floors, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install  ## CPU per archived page beside a plain spider; an archive that grows
	$(BIN)/python -m benchmarks.crawl
	$(BIN)/python -m benchmarks.growth

install: .venv/installed

.venv/installed: pyproject.toml requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt -e .
	touch $@

clean:
	rm -rf .venv archive build *.egg-info
