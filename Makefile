# Every recipe sets up what it needs: a virtual environment in .venv, nothing outside.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_INDEX := build/demo.idx

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# setuptools warns of every editable installation that folders may shadow packages.
PIP_INSTALL = PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet

.PHONY: help demo test lint format bench clean

help:
	@echo "make demo    index the sample articles in seeds/ and search them"
	@echo "make test    run every test"
	@echo "make lint    ruff and mypy --strict"
	@echo "make format  let ruff format the code"
	@echo "make bench   measure indexing speed beside the alternatives"
	@echo "make clean   remove what these made"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "searchkit needs Python 3.10 or later; name one with make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --upgrade pip

KERNELS := $(wildcard searchkit/kernels/*.pyx searchkit/kernels/*.pxd searchkit/kernels/*.pxi)

$(VENV)/.installed: $(BIN)/python pyproject.toml $(KERNELS)
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.developing: $(BIN)/python pyproject.toml $(KERNELS)
	$(PIP_INSTALL) --editable '.[dev,bench]'
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed
	@rm -rf $(DEMO_INDEX)
	@mkdir -p build
	$(BIN)/searchkit --index $(DEMO_INDEX) index seeds/
	@echo
	$(BIN)/searchkit --index $(DEMO_INDEX) search 'idlib airstrike'
	@echo
	$(BIN)/searchkit --index $(DEMO_INDEX) search '"harbour fire"' --sort date --limit 3
	@echo
	@echo "Your own: $(BIN)/searchkit index FILES... ; $(BIN)/searchkit search WORDS ; $(BIN)/searchkit --help"

test: $(VENV)/.developing
	$(BIN)/python -m pytest

lint: $(VENV)/.developing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy searchkit cli benchmarks

format: $(VENV)/.developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.developing
	$(BIN)/python -m benchmarks indexing

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	rm -f searchkit/kernels/*.c searchkit/kernels/*.so
