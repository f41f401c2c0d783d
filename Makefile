# One Makefile for people and CI. `make help` lists the targets.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

setup: $(STAMP) ## make the virtual environment and install everything

run: $(STAMP) ## start the whole hub on embedded defaults (Ctrl-C stops it)
	$(BIN)/hub run

demo: $(STAMP) ## play a day of traffic through real SFTP and show what each partner got back
	$(BIN)/hub demo --exit

test: $(STAMP) ## the fast tests: no server outside the process
	$(BIN)/pytest -q -n 2

test-odoo: $(STAMP) ## every flow on a real Odoo 19 and PostgreSQL, over both APIs (made by tools/odoo19)
	tools/odoo19 with $(BIN)/pytest -q -m odoo -n 2 --dist loadscope --timeout 400 tests

test-sftp: $(STAMP) ## the transports against a real OpenSSH server and client
	@test -x /usr/sbin/sshd -a -x /usr/bin/sftp || \
	  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends openssh-server openssh-client; }
	$(BIN)/pytest -q -m sftp tests/contracts tests/e2e

test-postgres: $(STAMP) ## the store and what runs on it, on a real PostgreSQL (made by tools/postgres)
	tools/postgres up
	url=$$(tools/postgres newdb hub_test) && HUB_TEST_POSTGRES_URL=$$url $(BIN)/pytest -q -m postgres

test-celery: $(STAMP) ## the runners on a real RabbitMQ, Redis and PostgreSQL (made by tools/brokers, tools/postgres)
	tools/postgres up && tools/brokers up
	url=$$(tools/postgres newdb hub_test) && \
	  env HUB_TEST_POSTGRES_URL=$$url $$(tools/brokers urls) $(BIN)/pytest -q -m celery tests

TORTURE_DOCUMENTS ?= 2000
TORTURE_SEED      ?= 1
TORTURE_ON        ?= sqlite,postgres,celery
torture: $(STAMP) ## the crash run: kill -9, outages, a lossy broker; nothing lost, nothing twice (TORTURE_DOCUMENTS=150 for a short one)
	tools/postgres up && tools/brokers up
	url=$$(tools/postgres newdb hub_test) && env HUB_TEST_POSTGRES_URL=$$url $$(tools/brokers urls) $(BIN)/python -m tests.torture \
	  --documents $(TORTURE_DOCUMENTS) --seed $(TORTURE_SEED) --kills $(or $(TORTURE_KILLS),0) --on $(TORTURE_ON)

MACHINE_RUNS ?= 300
machine: $(STAMP) ## long run of the state machine: anything that may happen, in any order (MACHINE_RUNS=1000 for more)
	HUB_MACHINE_RUNS=$(MACHINE_RUNS) HUB_MACHINE_STEPS=40 $(BIN)/pytest -q --timeout 36000 tests/properties/test_state_machine.py

test-xml: $(STAMP) ## the UBL that we write, judged by its schemas and by the rules of EN 16931 and Peppol
	tools/xml-judges up >/dev/null
	$(BIN)/pytest -q -m judges tests

bench: $(STAMP) ## orders a second beside pyx12, a partner's wait for its 997 in the running hub, orders into Odoo, SFTP beside OpenSSH
	$(BIN)/python -m benchmarks

bench-x12: $(STAMP) ## the X12 engine alone: the table of ratios to pyx12, memory, start
	$(BIN)/python -m benchmarks x12

bench-posting: $(STAMP) ## orders into Odoo: one by one, at once, by a bare client (a real one: tools/odoo19 with make bench-posting)
	$(BIN)/python -m benchmarks posting

bench-throughput: $(STAMP) ## documents a second through the whole hub on SQLite and PostgreSQL (made), and what one costs by stage
	tools/postgres up
	HUB_TEST_POSTGRES_URL=$$(tools/postgres newdb hub_throughput) $(BIN)/python -m benchmarks throughput

bench-sizing: $(STAMP) ## memory, database connections and disk that a hub with two workers needs (makes a PostgreSQL)
	tools/postgres up
	$(BIN)/python -m benchmarks sizing

FUZZ_SECONDS ?= 60
differential: $(STAMP) ## thousands of X12 documents through our engine and pyx12, and a table of where they differ and why
	$(BIN)/python -m benchmarks.differential

fuzz: $(STAMP) ## look for bytes that break the X12 engine (FUZZ_SECONDS=600 make fuzz)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/pip install -q --disable-pip-version-check -e '.[fuzz]'
	$(BIN)/python -m tests.fuzz.run $(FUZZ_SECONDS)

test-browser: $(STAMP) ## the ops pages in headless Chromium; leaves pictures in var/screenshots
	@test -x /usr/bin/chromium -a -x /usr/bin/chromedriver || \
	  { apt-get update -q && apt-get install -y -q --no-install-recommends chromium chromium-driver; }
	$(BIN)/pytest -q -m browser tests/e2e

check: $(STAMP) ## format, lint, types, import contracts, profile lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hub partner lint

fix: $(STAMP) ## format and fix what the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: test-celery torture machine test-xml test-browser help setup run demo test test-odoo test-sftp test-postgres bench bench-x12 bench-posting bench-throughput bench-sizing differential fuzz check fix
