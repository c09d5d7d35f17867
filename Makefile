# Every target installs what it needs into .venv, once: the stamps below remember it, and a change of
# pyproject.toml or constraints.txt renews them. No target needs an activated environment.

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow lint docs bench clean

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
# Where to look for torch besides the usual index; without a GPU: https://download.pytorch.org/whl/cpu
TORCH_INDEX ?=
# Test processes at once; each computes with one thread.
JOBS ?= 2

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' Makefile

demo: .venv/.demo.stamp  ## train and compare five models on real text, into runs/demo
	$(BIN)/atrous demo --out runs/demo --force

test: .venv/.demo.stamp .venv/.test.stamp  ## run every test that is not slow
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal --quiet

test-slow: .venv/.demo.stamp .venv/.test.stamp .venv/.docs.stamp  ## run the slow tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow --numprocesses $(JOBS) --dist worksteal --quiet

lint: .venv/.demo.stamp .venv/.lint.stamp  ## check style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict

docs: .venv/.demo.stamp .venv/.docs.stamp  ## build the documentation into docs/_build
	$(BIN)/sphinx-build -W --keep-going --quiet docs docs/_build

bench: .venv/.demo.stamp .venv/.test.stamp  ## run benchmarks/NAME.py, or every script of that folder and what it needs; NAME=...
	@test -n "$(NAME)" || { echo 'make bench needs NAME=..., one of:' $(basename $(notdir $(wildcard benchmarks/*))) >&2; exit 2; }
	@test -e benchmarks/$(NAME) || test -e benchmarks/$(NAME).py || { echo 'there is no benchmark $(NAME)' >&2; exit 2; }
	@if test -f benchmarks/$(NAME)/requirements.txt; then $(INSTALL) -r benchmarks/$(NAME)/requirements.txt; fi
	@failed=; for script in $(wildcard benchmarks/$(NAME).py benchmarks/$(NAME)/[a-z]*.py); do \
		echo "$$script" >&2; $(BIN)/python "$$script" || failed="$$failed $$script"; done; \
		test -z "$$failed" || { echo "these ended early:$$failed" >&2; exit 1; }

clean:  ## remove what was built, installed and cached, but not runs/
	rm -rf .venv build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info

# pip understands --group from 25.1 on.
.venv/.pip.stamp:
	@test -n "$(PYTHON)" || { echo 'atrous needs Python 3.11 or later: make PYTHON=/path/to/python3' >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@touch $@

# torch stands in the first line of the constraints and comes first, so that nothing else can choose its build.
# setuptools-scm says which version seqeval is, which comes as source.
.venv/.torch.stamp: constraints.txt | .venv/.pip.stamp
	$(INSTALL) $(addprefix --extra-index-url ,$(TORCH_INDEX)) $$(head -n 1 constraints.txt) setuptools setuptools-scm
	@touch $@

.venv/.demo.stamp: pyproject.toml constraints.txt setup.py $(wildcard src/atrous/native/*.[ch]) .venv/.torch.stamp
	$(INSTALL) --no-build-isolation --editable '.[demo,onnx,report]'
	@touch $@

.venv/.test.stamp .venv/.lint.stamp .venv/.docs.stamp: .venv/.%.stamp: pyproject.toml constraints.txt .venv/.demo.stamp
	$(INSTALL) --no-build-isolation --editable '.[all]' --group $*
	@touch $@
