PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The official SDK that judges the emulator.
SDK := 4.2.0

.DEFAULT_GOAL := help
.PHONY: help setup conformance-venv generate drift lint-spec

help: ## List the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[emulator,play]" --group dev
	touch $@

.venv-conformance/.ready-$(SDK):
	$(PYTHON) -m venv --clear .venv-conformance
	.venv-conformance/bin/python -m pip install --quiet --disable-pip-version-check "cartesia[websockets]==$(SDK)"
	touch $@

conformance-venv: .venv-conformance/.ready-$(SDK) ## Make the environment with the official SDK that judges the emulator.

setup: $(BIN)/.ready ## Make the virtual environment with everything needed to develop.

generate: $(BIN)/.ready ## Generate the typed client from spec/cartesia.yaml.
	$(BIN)/python tools/generate.py

drift: $(BIN)/.ready ## Check that the generated client is up to date.
	$(BIN)/python tools/generate.py --check

lint-spec: $(BIN)/.ready ## Check the OpenAPI document: validity and the rules of tools/lint_spec.py.
	$(BIN)/openapi-spec-validator spec/cartesia.yaml
	$(BIN)/python tools/lint_spec.py
