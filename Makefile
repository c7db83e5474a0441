PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The official SDK that the tests run against the emulator.
SDK := 4.2.0
# The v0 client that the tests run against the emulator.
ALPHA := 0.0.6
# Random requests for each operation in `make schemathesis`; `make test-slow` sends 3.
EXAMPLES ?= 100
# Number of test processes in `make test`. They wait most of the time, so there are three for each of
# the two cores in CI.
WORKERS ?= 6
# The lowest versions that the package allows, with test tools that support them.
LOWEST := httpx==0.27.0 httpcore==1.0.7 websockets==14.0 pytest-httpx==0.30.0 "pytest<9" \
	respx pytest-timeout vcrpy trustme uvloop opentelemetry-sdk opentelemetry-instrumentation-httpx
# Start the test files that take longest first, in the order of tests/conftest.py. Every process would
# load schemathesis, which only the tests of its folder use. The playground has a target of its own.
TOGETHER := --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder \
	--ignore tests/schemathesis --ignore tests/playground -p no:schemathesis
# What adds to the emulator and the client, and lacks wheels for some systems.
EXTRAS := audio codecs formats hearing mp3 play speech tls
# Packages whose public API must be typed in full.
TYPED := cartesia_stream cartesia_emulator cartesia_runtime cartesia_api cartesia_api_v0
# Frameworks with an adapter in cartesia_stream/integrations, each in an environment of its own.
FRAMEWORKS := wyoming openai_agents livekit pipecat
# What drives the browser in `make test-playground` and `make screenshots`.
PLAYWRIGHT := 1.65.2
# How often `make bench` measures each client.
REPETITIONS ?= 7

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow slow test-lowest test-playground screenshots test-integrations $(FRAMEWORKS:%=test-%) test-ray check types mypy pyright $(TYPED:%=complete-%) style docs docs-serve picture all conformance-venv alpha-venv explore schemathesis generate drift lint-spec spec-diff spec-gate bench bench-page soak diagram

# The emulator runs on this machine, so connect to it without a proxy.
export no_proxy := 127.0.0.1,localhost,$(no_proxy)
export NO_PROXY := $(no_proxy)
# Keep bytecode: otherwise each of the hundreds of processes that the tests start compiles all modules.
unexport PYTHONDONTWRITEBYTECODE

help: ## List these targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(BIN)/.runtime: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=..."; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade "pip>=25.1"
	@$(PIP) --only-binary :all: --editable ".[full,audio,mp3,play]" || { \
		echo "Not all wheels are there for this system; installing one extra after the other ..."; \
		$(PIP) --editable ".[emulator]" || exit 1; \
		for extra in $(EXTRAS); do \
			$(PIP) --only-binary :all: --editable ".[$$extra]" 2> /dev/null \
				|| echo "  without $$extra: no wheel for this system"; \
		done; }
	@touch $@

$(BIN)/.ready: $(BIN)/.runtime
	@echo "Installing the development tools ..."
	@$(PIP) --editable ".[otel]" --group dev --group docs
	@touch $@

.venv-conformance/.ready-$(SDK)-uvloop:
	$(PYTHON) -m venv --clear .venv-conformance
	.venv-conformance/bin/python -m pip install --quiet --disable-pip-version-check "cartesia[websockets]==$(SDK)" "uvloop>=0.21"
	touch $@

.venv-bench/.ready: pyproject.toml
	$(PYTHON) -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable . "uvloop>=0.21"
	touch $@

conformance-venv: .venv-conformance/.ready-$(SDK)-uvloop ## Install the official SDK, which the tests run against the emulator.

# Version 0.0.6 opens sockets in a way that websockets 17 deprecates. Version 0.0.5rc1 is the last
# one that keeps its socket open, so the tests use it too.
.venv-alpha/.ready-$(ALPHA):
	$(PYTHON) -m venv --clear .venv-alpha
	.venv-alpha/bin/python -m pip install --quiet --disable-pip-version-check "cartesia==$(ALPHA)" "websockets<18"
	.venv-alpha/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --target .venv-alpha/0.0.5rc1 "cartesia==0.0.5rc1"
	touch $@

alpha-venv: .venv-alpha/.ready-$(ALPHA) ## Install the v0 client, which the tests run against the emulator.

.venv-lowest/.ready: pyproject.toml
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --editable . $(LOWEST)
	touch $@

# The older pytest-httpx does not know the mark that the newer one needs.
test-lowest: .venv-lowest/.ready ## Test mocking, recording and tracing with the lowest allowed versions of httpx and others.
	.venv-lowest/bin/python -m pytest tests/network/test_mocks.py --confcutdir tests/network \
		--override-ini "addopts=--import-mode=importlib" -W ignore::pytest.PytestUnknownMarkWarning

$(FRAMEWORKS:%=.venv-%/.ready): .venv-%/.ready: pyproject.toml
	$(PYTHON) -m venv --clear .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$(subst _,-,$*),emulator]" pytest pytest-timeout
	touch $@

# The example for Ray names what it needs.
.venv-ray/.ready: examples/narrate_ray.py pyproject.toml
	$(PYTHON) -m venv --clear .venv-ray
	.venv-ray/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[emulator]" psutil types-psutil pytest pytest-timeout
	.venv-ray/bin/python -m pip install --quiet --disable-pip-version-check \
		$$(sed -n 's/^# dependencies = \[\(.*\)\]$$/\1/p' examples/narrate_ray.py | tr -d '",')
	touch $@

test-integrations: $(FRAMEWORKS:%=test-%) test-ray ## Test each adapter, and the example for Ray, with the newest releases; installs 2 GB.

# The frameworks use what Python deprecates; other warnings are errors, as everywhere.
$(FRAMEWORKS:%=test-%): test-%: $(BIN)/.ready .venv-%/.ready
	.venv-$*/bin/python -W ignore::DeprecationWarning -m pytest tests/integrations/test_$*.py \
		--confcutdir tests/integrations -W ignore::DeprecationWarning
	$(BIN)/mypy --python-executable .venv-$*/bin/python \
		cartesia_stream/integrations/$*.py tests/integrations/test_$*.py examples/integrations/use_$*.py
	@# Pyright asks for types that the frameworks themselves leave out.
	@echo '{"extends": "../pyproject.toml", "venvPath": "..", "venv": ".venv-$*", "exclude": [],' \
		'"include": ["../cartesia_stream/integrations/$*.py"], "reportUnknownMemberType": false}' \
		> .venv-$*/pyright.json
	$(BIN)/pyright --project .venv-$*/pyright.json

test-ray: $(BIN)/.ready .venv-ray/.ready
	.venv-ray/bin/python -W ignore::DeprecationWarning -m pytest tests/integrations/test_ray.py \
		--confcutdir tests/integrations -W ignore::DeprecationWarning
	$(BIN)/mypy --python-executable .venv-ray/bin/python examples/narrate_ray.py tests/integrations/test_ray.py

schemathesis: $(BIN)/.ready ## Send EXAMPLES random requests per operation to the emulator, and check its answers by the spec.
	SCHEMATHESIS_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/schemathesis --timeout 3600

# It drives the system's browser, and downloads none.
.venv-playground/.ready-$(PLAYWRIGHT):
	rm -rf .venv-playground
	$(PIP) --target .venv-playground "playwright==$(PLAYWRIGHT)" pillow
	touch $@

test-playground: $(BIN)/.ready .venv-playground/.ready-$(PLAYWRIGHT) ## Test the playground in a headless Chromium, which has to be installed.
	@$(BIN)/python -m tools.chromium
	PYTHONPATH=.venv-playground $(BIN)/python -m pytest -p no:schemathesis tests/playground

screenshots: $(BIN)/.ready .venv-playground/.ready-$(PLAYWRIGHT) ## Take the pictures of docs/playground.md with a headless Chromium.
	PYTHONPATH=.venv-playground $(BIN)/python -m tools.screenshots

explore: $(BIN)/.ready ## Run the Hypothesis tests with thousands of new random examples.
	$(BIN)/python -m pytest --hypothesis-profile explore --numprocesses $(WORKERS) --timeout 3600 \
		$$(grep -rl "from hypothesis" tests --include "test_*.py" | grep -v schemathesis)

demo: $(BIN)/.runtime ## Speak six texts and transcribe them, without a key or a network; in tones where speech has no wheel.
	@$(BIN)/python examples/demo.py

test: $(BIN)/.ready conformance-venv alpha-venv ## Run all tests except the slow ones.
	$(BIN)/python -m pytest -m "not slow" $(TOGETHER)

test-slow: $(BIN)/.ready conformance-venv alpha-venv ## Run the slow tests, which take minutes.
	@# At the same time: schemathesis keeps one core busy, and the other tests wait for much.
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target slow schemathesis EXAMPLES=3

# Without those of schemathesis: they share one name, of which this would run only one.
slow: $(BIN)/.ready conformance-venv alpha-venv
	$(BIN)/python -m pytest -m slow $(TOGETHER)

# Two at a time, each with its output in one piece. Make the environment first: all of them need it.
check: $(BIN)/.ready ## Run all static checks: generated code, spec, types, style, documentation.
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target types docs drift lint-spec spec-gate style

types: pyright mypy $(TYPED:%=complete-%) ## Check the types with mypy and pyright, and that the public API is fully typed.

pyright: $(BIN)/.ready
	$(BIN)/pyright

mypy: $(BIN)/.ready
	$(BIN)/mypy

$(TYPED:%=complete-%): complete-%: $(BIN)/.ready
	@echo "pyright --verifytypes $*"
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pyright --verifytypes $* --ignoreexternal --outputjson \
		| $(BIN)/python tools/complete.py --without cartesia_stream.integrations

style: $(BIN)/.ready ## Check lint rules and formatting with ruff, and spelling with codespell.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

all: check test test-slow demo ## Run check, test, test-slow and demo.

setup: $(BIN)/.ready ## Create the virtual environment for development.

generate: $(BIN)/.ready ## Generate the REST clients from spec/, the sync client from the async one, and pages of docs/.
	$(BIN)/python tools/generate.py
	$(BIN)/python tools/unasync.py
	$(BIN)/python tools/pages.py

drift: $(BIN)/.ready ## Check that the generated files are up to date.
	$(BIN)/python tools/generate.py --check
	$(BIN)/python tools/unasync.py --check
	$(BIN)/python tools/pages.py --check

lint-spec: $(BIN)/.ready ## Check that the OpenAPI documents are valid and follow the rules of tools/lint_spec.py.
	$(BIN)/openapi-spec-validator spec/cartesia.yaml spec/cartesia-v0.yaml
	$(BIN)/python tools/lint_spec.py

spec-diff: $(BIN)/.ready ## List what changed for users since BASE, a commit or tag; by default the latest release.
	@$(BIN)/python -m tools.spec_diff $(BASE)

spec-gate: $(BIN)/.ready ## Fail if a breaking change lacks a new version or a line in CHANGELOG.md.
	@$(BIN)/python -m tools.spec_diff --fail-on-unreleased-breaking

bench: $(BIN)/.ready .venv-bench/.ready conformance-venv ## Measure against the official SDK and write docs/performance.md; takes half an hour.
	$(BIN)/python bench/run.py --references --write --repetitions $(REPETITIONS)

bench-page: $(BIN)/.ready ## Write docs/performance.md from the last measurement and bench/performance.md.
	$(BIN)/python bench/run.py --render

soak: $(BIN)/.ready ## Run thousands of contexts with random faults, cancels and slow readers.
	$(BIN)/python -W error bench/soak.py

# As a module, so that the settings can name extensions in tools/. The cache knows no docstrings.
docs: $(BIN)/.ready ## Build the documentation site into build/site; fails for a link that leads nowhere.
	$(BIN)/python -m zensical build --strict --clean
	$(BIN)/python tools/pages.py --full build/site/llms-full.txt

docs-serve: $(BIN)/.ready ## Show the documentation site on this machine, and rebuild it while you write.
	$(BIN)/python -m zensical serve

picture: $(BIN)/.ready ## Speak and draw docs/hello.mp3 and docs/hello.svg.
	$(BIN)/python tools/draw_speech.py

diagram: $(BIN)/.ready ## Write the states of a context into docs/architecture.md.
	$(BIN)/python tools/draw_context.py
