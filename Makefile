# Everything a person or CI does here, from a fresh machine with Python 3.11+ and make.
# A missing tool gets one line with the command that installs it, and exit code 2.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CREATED := $(VENV)/.created
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
DESCRIPTION := setup.cfg pyproject.toml requirements.lock
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NODE := 20.18
CLIENTS := .clients
# Every client has its environment; snowloader its own tests beside it.
CLIENT_ENVIRONMENTS := $(patsubst tests/clients/%/,$(CLIENTS)/%/.made,$(sort $(dir $(wildcard tests/clients/*/requirements.txt tests/clients/*/package-lock.json)))) $(CLIENTS)/snowloader/tests

ON_POSTGRESQL := $(addprefix tests/emulator/,records rest lab oauth) $(addprefix tests/attacks/test_rest_,input.py values.py)

.DEFAULT_GOAL := help
.PHONY: help install run demo test test-long test-clients lint bench screenshots cases fidelity clean chromium curl postgresql node

help:
	@echo "make run          start both apps (Ctrl-C stops them); the first time it installs what they need"
	@echo "make demo         play the whole story, on the running pair or on one of its own"
	@echo "make install      only make the environment, in $(VENV), with the tools for development"
	@echo "make test         every test but the long ones, the browser's included: at most 8 minutes"
	@echo "make test-long    the tests that take rounds and soaks, and a part of the others on PostgreSQL"
	@echo "make test-clients let other people's clients use the instance, each in an environment of its own"
	@echo "make lint         ruff, mypy --strict and the layers"
	@echo "make bench        measure starts, memory, worlds of tests, and the instance beside its limit (some minutes)"
	@echo "make screenshots  take the pictures in docs/images again"
	@echo "make cases        write the generated part of docs/cases.md again"
	@echo "make fidelity     write docs/fidelity.md again, from the tests' source marks"
	@echo "make clean        remove what was built; data in .ticketlab stays"

install: $(DEVELOPMENT)

run: $(RUNTIME)
	@exec $(BIN)/ticketlab up

demo: $(RUNTIME)
	@exec $(BIN)/ticketlab demo

test: chromium curl postgresql $(DEVELOPMENT)
	@$(BIN)/pytest -m "not long and not clients"

test-long: chromium curl postgresql $(DEVELOPMENT)
	@$(BIN)/pytest -m long --dist loadfile
	@$(BIN)/pytest -m "not long and not sqlite" --on postgresql $(ON_POSTGRESQL)

test-clients: node $(DEVELOPMENT)
	@$(MAKE) --no-print-directory -j 2 $(CLIENT_ENVIRONMENTS)
	@$(BIN)/pytest -m clients -n 0 tests/clients

lint: $(DEVELOPMENT) .types/ticketlab
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@MYPYPATH=.types $(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(RUNTIME)
	@$(BIN)/python benchmarks/start.py
	@$(BIN)/python benchmarks/worlds.py --json benchmarks/worlds.json
	@$(BIN)/python benchmarks/speed.py --json benchmarks/speed.json

screenshots: chromium $(DEVELOPMENT)
	@$(BIN)/ticketlab exec --seed connected -- $(BIN)/python docs/screenshots.py docs/images

cases: $(DEVELOPMENT)
	@$(BIN)/python docs/write_cases.py

fidelity: $(DEVELOPMENT)
	@$(BIN)/python docs/write_fidelity.py

clean:
	@rm -rf $(VENV) $(CLIENTS) .types build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CREATED):
	@command -v $(PYTHON) >/dev/null || { echo "make: Python 3.11 or later is missing: sudo apt-get install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $(PYTHON) is older than 3.11; name a newer one: make PYTHON=python3.11" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "make: Python's venv module is missing: sudo apt-get install python3-venv" >&2; exit 2; }
	@echo "Making the environment in $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(RUNTIME): $(CREATED) $(DESCRIPTION)
	@echo "Installing what the apps need ..."
	@sed '/^# --- development ---/,$$d' requirements.lock > $(VENV)/runtime.lock
	@$(PIP) install --require-hashes --requirement $(VENV)/runtime.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(DEVELOPMENT): $(RUNTIME)
	@echo "Installing the tools for development ..."
	@$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

$(CLIENTS)/%/.made: tests/clients/%/requirements.txt
	@echo "Installing the client $* ..."
	@rm -rf $(@D)
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement $<
	@touch $@

$(CLIENTS)/%/.made: tests/clients/%/package-lock.json
	@echo "Installing the client $* ..."
	@rm -rf $(@D)
	@mkdir -p $(@D)
	@cp $(<D)/package.json $< $(@D)
	@npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

# Its live tests are in the source distribution alone.
$(CLIENTS)/snowloader/tests: $(CLIENTS)/snowloader/.made
	@sed -n '/^snowloader==/,/[^\\]$$/p' tests/clients/snowloader/requirements.txt > $(<D)/source.txt
	@$(<D)/bin/python -m pip --disable-pip-version-check --quiet download --no-deps --no-build-isolation --no-binary snowloader --require-hashes --requirement $(<D)/source.txt --dest $(<D)
	@tar --extract --gzip --file $(<D)/snowloader-*.tar.gz --directory $(<D) --strip-components 1 --wildcards '*/tests' '*/pyproject.toml'
	@touch $@

# mypy needs the packages in a folder that is named like them.
.types/ticketlab:
	@mkdir -p $@ && cd $@ && ln -sfn ../../emulator emulator && ln -sfn ../../connector connector && ln -sfn ../../shared shared

chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { echo "make: the browser tests need Chromium: sudo apt-get install chromium" >&2; exit 2; }

curl:
	@command -v curl >/dev/null || { echo "make: the tests of docs/api.md need curl: sudo apt-get install curl" >&2; exit 2; }
	@command -v openssl >/dev/null || { echo "make: the tests of docs/oauth.md need openssl: sudo apt-get install openssl" >&2; exit 2; }

node:
	@node -e 'process.exit(process.versions.node.localeCompare("$(NODE)", "en", { numeric: true }) < 0 ? 1 : 0)' 2>/dev/null || { echo "make: two of the clients need Node.js $(NODE) or later, with npm: sudo apt-get install nodejs npm" >&2; exit 2; }
	@command -v npm >/dev/null || { echo "make: two of the clients need npm: sudo apt-get install npm" >&2; exit 2; }

postgresql:
	@for server in /usr/lib/postgresql/*/bin/postgres; do test -x "$$server" && exit 0; done; command -v postgres >/dev/null || { echo "make: the tests on PostgreSQL need its server: sudo apt-get install postgresql" >&2; exit 2; }
