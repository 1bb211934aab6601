# Two commands do everything, set-up included: `make film` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: film test readers docs bench check clean

film: $(READY)  ## train, film gradient descent, print the path of the MP4
	$(BIN)/lossreel render descent

test: readers $(READY) check  ## style, types, tests
	$(BIN)/pytest -q -n auto

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

readers: .ci/system-packages  ## Chromium and LibreOffice, for the tests of decks, which are skipped without
	FOR=test PYTHON=$(PYTHON) bash .ci/system-packages

docs: $(READY)  ## the documentation, with a gallery of all films, into build/docs/; see docs/_tools/gallery.py for less
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo build/docs/index.html

bench: $(READY)  ## measure drawing, recording and building against their peers and limits
	$(BIN)/python benchmarks/surface.py
	$(BIN)/python benchmarks/recording.py
	$(BIN)/python benchmarks/recorder.py
	$(BIN)/python benchmarks/many.py
	$(BIN)/python benchmarks/sheets.py
	$(BIN)/python benchmarks/builds.py

$(READY): requirements.txt pyproject.toml .ci/system-packages
	PYTHON=$(PYTHON) bash .ci/system-packages
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check $(shell grep '^torch==' requirements.txt)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(READY)

clean:  ## remove the environment and what was rendered, but not the caches
	rm -rf $(VENV) media/films build/docs build/gallery
