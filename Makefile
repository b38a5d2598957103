# Drifta. Each target does its own set-up; a second call is instant.
#   make run        start Drifta here (data in $(DATA))        make test       every test
#   make dev        the same, rebuilding as files change       make test-fast  unit tests, under a minute
#   make check      style, types, contracts, translations      make bench      measure the budgets
#   make constraints, make translations, make reference        bring generated files up to date
#   make constraints UPGRADE=--upgrade                         newer versions of everything
#   make lab        build a virtual office and a Drifta that watches it (as root); make lab-down ends both

PYTHON ?= python3
VENV ?= .venv
DATA ?= var
HOST ?= 127.0.0.1
PORT ?= 8000
SMTP_PORT ?= 2525
JOBS ?= 2

BIN := $(VENV)/bin
SOURCES_OF_SETUP := pyproject.toml constraints.txt hatch_build.py tools/set_up.py
UP = $(BIN)/drifta up --data $(DATA) --host $(HOST) --port $(PORT) --smtp-port $(SMTP_PORT)

# What has been compiled is kept; else each process of the tests would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run dev test test-fast check bench build lab lab-down packages constraints translations reference clean

run: $(VENV)/.run build
	@$(UP)

dev: $(VENV)/.test build
	@$(BIN)/python -m tools.watch $(UP)

test: $(VENV)/.test packages build
	@$(BIN)/pytest -q -n $(JOBS) --dist worksteal

test-fast: $(VENV)/.test build
	@$(BIN)/pytest -q -n $(JOBS) -p no:schemathesis -m "not slow" src

check: $(VENV)/.test packages build
	@$(BIN)/python -m tools.check

bench: $(VENV)/.test packages build
	@$(BIN)/python -m bench

build:
	@$(BIN)/python hatch_build.py

lab: $(VENV)/.test packages build
	@$(BIN)/python -m lab up --drifta --at $(PORT) --mail-at $(SMTP_PORT)

lab-down:
	@$(BIN)/python -m lab down

packages:
	@$(PYTHON) tools/set_up.py packages

constraints:
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --quiet $(UPGRADE) \
	  --custom-compile-command "make constraints" --output-file constraints.txt

translations: $(VENV)/.test packages
	@$(BIN)/python -m tools.translations --update

reference: $(VENV)/.test
	@$(BIN)/python -m tools.reference

clean:
	@rm -rf build dist src/drifta/ui/static/ui/dist assets/node_modules .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.run: $(SOURCES_OF_SETUP)
	@$(PYTHON) tools/set_up.py environment $(VENV)
	@touch $@

$(VENV)/.test: $(SOURCES_OF_SETUP)
	@$(PYTHON) tools/set_up.py environment $(VENV) test
	@touch $@ $(VENV)/.run
