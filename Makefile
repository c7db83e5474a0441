PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The official SDK that judges the emulator.
SDK := 4.2.0
# The client of the alpha that judges its routes.
ALPHA := 0.0.6
# Random requests to each operation in `make schemathesis`; the tests make 3.
EXAMPLES ?= 100
# Test files that run at the same time in `make test`; they share nothing.
WORKERS ?= 2
# The lowest versions that the package allows, with the tools that know them.
LOWEST := httpx==0.27.0 httpcore==1.0.7 websockets==14.0 pytest-httpx==0.30.0 "pytest<9" \
	respx pytest-timeout vcrpy trustme opentelemetry-sdk opentelemetry-instrumentation-httpx
# In the order of tests/conftest.py, which begins with the files that take longest.
TOGETHER := --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --ignore tests/schemathesis
# How often each side is measured in `make bench`.
REPETITIONS ?= 7

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow test-lowest check types style all conformance-venv alpha-venv explore schemathesis generate drift lint-spec spec-diff spec-gate bench bench-page soak diagram

# The emulator is on this machine, where no proxy leads.
export no_proxy := 127.0.0.1,localhost,$(no_proxy)
export NO_PROXY := $(no_proxy)

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(BIN)/.runtime: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=..."; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade "pip>=25.1"
	@$(PIP) --editable ".[emulator,play]"
	@touch $@

$(BIN)/.ready: $(BIN)/.runtime
	@echo "Adding the tools to develop ..."
	@$(PIP) --editable ".[emulator,play,otel]" --group dev
	@touch $@

.venv-conformance/.ready-$(SDK)-uvloop:
	$(PYTHON) -m venv --clear .venv-conformance
	.venv-conformance/bin/python -m pip install --quiet --disable-pip-version-check "cartesia[websockets]==$(SDK)" "uvloop>=0.21"
	touch $@

.venv-bench/.ready: pyproject.toml
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable . "uvloop>=0.21"
	touch $@

conformance-venv: .venv-conformance/.ready-$(SDK)-uvloop ## Make the environment with the official SDK that judges the emulator.

# It opens sockets in a way that websockets 17 warns of. The candidate beside it is the last one
# that kept its socket open.
.venv-alpha/.ready-$(ALPHA):
	$(PYTHON) -m venv --clear .venv-alpha
	.venv-alpha/bin/python -m pip install --quiet --disable-pip-version-check "cartesia==$(ALPHA)" "websockets<18"
	.venv-alpha/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --target .venv-alpha/0.0.5rc1 "cartesia==0.0.5rc1"
	touch $@

alpha-venv: .venv-alpha/.ready-$(ALPHA) ## Make the environment with the client of the v0 alpha.

.venv-lowest/.ready: pyproject.toml
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --editable . $(LOWEST)
	touch $@

# Its older plugin does not know the mark that the newer one needs.
test-lowest: .venv-lowest/.ready ## Run the tests of mocks, recorders and tracers on the lowest versions allowed.
	.venv-lowest/bin/python -m pytest tests/network/test_mocks.py --confcutdir tests/network \
		--override-ini "addopts=--import-mode=importlib" -W ignore::pytest.PytestUnknownMarkWarning

schemathesis: $(BIN)/.ready ## Hold the emulator against the document for a long time; EXAMPLES says how long.
	SCHEMATHESIS_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/schemathesis --timeout 3600

explore: $(BIN)/.ready ## Draw thousands of other examples in the tests of properties.
	$(BIN)/python -m pytest --hypothesis-profile explore --numprocesses $(WORKERS) --timeout 3600 \
		$$(grep -rl "from hypothesis" tests --include "test_*.py" | grep -v schemathesis)

demo: $(BIN)/.runtime ## Speak, listen and compare, with real speech and without a key.
	@$(BIN)/python examples/demo.py

test: $(BIN)/.ready conformance-venv alpha-venv ## Run the tests, but for the slow ones.
	$(BIN)/python -m pytest -m "not slow" $(TOGETHER)

test-slow: $(BIN)/.ready conformance-venv alpha-venv ## Run the slow tests, which take minutes.
	$(BIN)/python -m pytest -m slow $(TOGETHER)
	@# By themselves: the operations share one name, and of those the line above would run only one.
	$(BIN)/python -m pytest tests/schemathesis

check: drift lint-spec spec-gate types style ## Check everything that needs no test: generated code, types, style.

types: $(BIN)/.ready ## Check the types, and that the public API is typed completely.
	$(BIN)/mypy
	$(BIN)/pyright
	@for package in cartesia_stream cartesia_emulator cartesia_runtime cartesia_api cartesia_api_v0; do \
		echo "pyright --verifytypes $$package"; \
		PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pyright --verifytypes $$package --ignoreexternal \
			> $(BIN)/.types || { cat $(BIN)/.types; exit 1; }; \
	done

style: $(BIN)/.ready ## Check lint rules and formatting.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

all: check test test-slow demo ## Everything.

setup: $(BIN)/.ready ## Make the virtual environment with everything needed to develop.

generate: $(BIN)/.ready ## Generate the typed clients from the documents in spec, and the blocking face.
	$(BIN)/python tools/generate.py
	$(BIN)/python tools/unasync.py

drift: $(BIN)/.ready ## Check that what is generated is up to date.
	$(BIN)/python tools/generate.py --check
	$(BIN)/python tools/unasync.py --check

lint-spec: $(BIN)/.ready ## Check the OpenAPI documents: validity and the rules of tools/lint_spec.py.
	$(BIN)/openapi-spec-validator spec/cartesia.yaml spec/cartesia-v0.yaml
	$(BIN)/python tools/lint_spec.py

spec-diff: $(BIN)/.ready ## Tell what changed for users since BASE, a commit or tag. Default: the latest release.
	@$(BIN)/python -m tools.spec_diff $(BASE)

spec-gate: $(BIN)/.ready ## Check that what breaks users since the latest release is released as such.
	@$(BIN)/python -m tools.spec_diff --fail-on-unreleased-breaking

bench: $(BIN)/.ready .venv-bench/.ready conformance-venv ## Measure beside the official SDK, and write docs/performance.md; it takes half an hour.
	$(BIN)/python bench/run.py --references --write --repetitions $(REPETITIONS)

bench-page: $(BIN)/.ready ## Write docs/performance.md anew from the last measurement and bench/performance.md.
	$(BIN)/python bench/run.py --render

soak: $(BIN)/.ready ## Run thousands of contexts with random faults, cancels and slow readers.
	$(BIN)/python -W error bench/soak.py

diagram: $(BIN)/.ready ## Draw the states of a context into docs/architecture.md.
	$(BIN)/python tools/draw_context.py
