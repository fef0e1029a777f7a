# The commands of this project; `make` or `make help` lists them.
# Each sets up .venv first where that is not done yet, so that a clone, Python and make are all it takes.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
IN_DEV = $(PYTHON) scripts/bootstrap.py dev
# A file's tests stay together: they share a server and a browser.
TWO_AT_A_TIME = --numprocesses=2 --dist=loadfile
PROMISES = P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14

.PHONY: help
help: ## this list
	@grep -hE '^[a-zA-Z%-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo '  make promise-P1     … promise-P14: the proof of one promise; its last line says what was tried and found'

.PHONY: run
run: python ## set up and start: the demo organisations, on this machine
	@$(PYTHON) scripts/bootstrap.py run

.PHONY: test
test: python ## everything that must pass (make test ARGS='-k name' for a part)
	@$(IN_DEV) python -m scripts.chromium
	@$(IN_DEV) python -m pytest $(TWO_AT_A_TIME) $(ARGS)

test-without-%: python ## the tests that must pass without a plugin, such as test-without-chat, in a copy that lacks it
	@$(IN_DEV) python -m scripts.chromium
	@$(IN_DEV) python -m scripts.without $* $(TWO_AT_A_TIME) $(ARGS)

.PHONY: check
check: python ## lint, types, import contracts, licences, assets, front end
	@$(IN_DEV) python -m scripts.check

.PHONY: plugin
plugin: python ## make a new plugin out of the template: make plugin name=dagboek
	@$(IN_DEV) python -m scripts.plugin $(name)

.PHONY: format
format: python ## lay out the Python code, mend what can be mended by itself
	@$(IN_DEV) ruff check --fix-only --quiet .
	@$(IN_DEV) ruff format .

.PHONY: $(addprefix promise-,$(PROMISES))
$(addprefix promise-,$(PROMISES)): promise-%: python
	@$(IN_DEV) python -m scripts.chromium
	@$(IN_DEV) python -m scripts.promise $*

.PHONY: promises
promises: python ## the proofs of all promises built so far
	@$(IN_DEV) python -m scripts.chromium
	@$(IN_DEV) python -m scripts.promise all

.PHONY: faults
faults: python ## the fault tests alone: kills, cuts, crowds
	@LUWTE_FAULT_KILLS=12 $(IN_DEV) python -m pytest -m fault $(ARGS)

bench-%: python ## a measurement, such as bench-chat; writes build/bench/<name>.json
	@test -f bench/$*.py || { echo "There is no measurement bench/$*.py." >&2; exit 1; }
	@$(IN_DEV) python -m bench.$* $(ARGS)

.PHONY: lock
lock: python ## pin the dependencies anew (make lock ARGS=--upgrade for newer ones)
	@$(IN_DEV) python -m scripts.lock $(ARGS)

.PHONY: assets
assets: python ## fetch the vendored files of the front end anew
	@$(IN_DEV) python -m scripts.assets

.PHONY: map
map: python ## write the generated part of docs/map.md
	@$(IN_DEV) python -m scripts.map

.PHONY: texts
texts: python ## compare the texts in code and templates with the translations
	@$(IN_DEV) python -m scripts.texts

.PHONY: python
python:
	@command -v $(PYTHON) >/dev/null || { echo 'Luwte needs Python 3.11 or newer: install it (on Debian or Ubuntu: apt-get install python3 python3-venv) and try again.' >&2; exit 1; }
