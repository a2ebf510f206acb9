# Everything that is done here more than once. Plain make prints the list; nothing needs to be activated or installed first.

# The Python to build the environment from; the newest of these that is 3.11 or later.
PYTHONS = $(or $(PYTHON),python3.13 python3.12 python3.11 python3)

HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data
WORKERS ?=
OPENAPI ?= openapi.yaml
ARGS ?=

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet install
# The environment as it takes to serve, and with all that development takes besides.
READY := .venv/.ready-to-serve
DEV := .venv/.ready-to-develop

LINTERS := tests/openapi
NPM_BIN := $(LINTERS)/node_modules/.bin
NPM_READY := $(LINTERS)/node_modules/.ready
QUIET := REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true NO_UPDATE_NOTIFIER=1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help serve test check lint types imports check-data check-generated lint-openapi fix openapi bench wheel lock clean

help: ## print this list
	@awk 'BEGIN { FS = ":[^#]*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

serve: $(READY) ## serve the dataset (HOST=127.0.0.1 PORT=8000 DATA=data WORKERS=…)
	exec $(BIN)/rostrum serve --data "$(DATA)" --host "$(HOST)" --port "$(PORT)" $(if $(WORKERS),--workers "$(WORKERS)")

test: $(DEV) ## run the whole test suite (ARGS='-k name' for a part of it, TIMES=20 for more examples)
	$(BIN)/pytest -n auto $(ARGS)

check: lint types imports check-data check-generated lint-openapi test ## run all that CI checks

lint: $(DEV) ## check how the code is written and laid out
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(DEV) ## check the types of api/ and schemas/
	$(BIN)/mypy

imports: $(DEV) ## check that imports run one way (the contracts in pyproject.toml)
	$(BIN)/lint-imports --no-logo

check-data: $(READY) ## check the dataset (DATA=data)
	$(BIN)/rostrum check "$(DATA)"

check-generated: $(READY) ## check that what is generated is what would be generated
	$(BIN)/rostrum generate --check

lint-openapi: $(NPM_READY) ## read openapi.yaml as strangers would: two linters and a type generator
	$(QUIET) $(NPM_BIN)/spectral lint --ruleset $(LINTERS)/.spectral.yaml --fail-severity hint "$(OPENAPI)"
	$(QUIET) $(NPM_BIN)/redocly lint --config $(LINTERS)/redocly.yaml "$(OPENAPI)"
	$(QUIET) $(NPM_BIN)/openapi-typescript "$(OPENAPI)" --output $(LINTERS)/build/openapi.ts
	$(NPM_BIN)/tsc --project $(LINTERS)

fix: $(DEV) ## put right what can be put right without thought: code, data, generated files
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/rostrum fix "$(DATA)"
	$(BIN)/rostrum generate

openapi: $(READY) ## write openapi.yaml and all else that is generated
	$(BIN)/rostrum generate

bench: $(READY) ## measure speed and size beside others (ARGS="--million --write"; see bench/README.md)
	$(BIN)/python -m bench $(ARGS)

wheel: $(READY) ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

lock: $(DEV) npm ## write the lock files anew from pyproject.toml and package.json (UPGRADE=1 for newest versions)
	$(COMPILE) --group build --output-file requirements.lock pyproject.toml
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock pyproject.toml
	$(COMPILE) --output-file bench/requirements.lock bench/requirements.in
	cd $(LINTERS) && npm $(if $(UPGRADE),update,install) --package-lock-only && node --eval '$(BARE)'

clean: ## remove all that make has made, the environment included
	rm -rf .venv bench/.venv bench/.cache dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache $(LINTERS)/node_modules $(LINTERS)/build
	find api schemas tests -name __pycache__ -prune -exec rm -rf {} +

# One resolution for every system and every Python from 3.11 up. Neither the user's settings nor the index go into the file.
COMPILE = $(BIN)/uv --no-config pip compile --quiet --python $(BIN)/python --python-version 3.11 --universal --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade)
# npm notes who takes donations and why something is deprecated, by address; the lock keeps versions and hashes.
BARE = const fs = require("fs"), file = "package-lock.json", lock = JSON.parse(fs.readFileSync(file)); \
	for (const one of Object.values(lock.packages)) { delete one.funding; delete one.deprecated; } \
	fs.writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");

# Print the Python that the environment is built from, or what is missing.
python:
	@for one in $(PYTHONS); do \
		if "$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$one"; exit 0; fi; \
	done; \
	echo "Python 3.11 or later is missing (tried: $(PYTHONS)). Debian and Ubuntu: apt install python3 python3-venv." \
		"Elsewhere: install it, or name it with PYTHON=/path/to/python3." >&2; \
	exit 1

.venv/pyvenv.cfg:
	@python=$$($(MAKE) --no-print-directory --silent python) || exit 1; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$python cannot make virtual environments: its venv module is missing. Debian and Ubuntu: apt install python3-venv." >&2; \
		exit 1; \
	fi; \
	echo "Making .venv with $$("$$python" --version)"; \
	rm -rf .venv && "$$python" -m venv .venv || { rm -rf .venv; exit 1; }

$(READY): .venv/pyvenv.cfg pyproject.toml requirements.lock
	@echo "Installing what it takes to serve (requirements.lock)"
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	@echo "Installing what it takes to develop (requirements-dev.lock)"
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

.PHONY: python npm
npm:
	@command -v node >/dev/null && command -v npm >/dev/null || { \
		echo "Node.js 18 or later with npm is missing; it lints openapi.yaml. Debian and Ubuntu: apt install nodejs npm." >&2; \
		exit 1; \
	}

$(NPM_READY): $(LINTERS)/package.json $(LINTERS)/package-lock.json | npm
	@echo "Installing the linters of openapi.yaml ($(LINTERS)/package-lock.json)"
	@cd $(LINTERS) && npm ci --silent
	@touch $@
