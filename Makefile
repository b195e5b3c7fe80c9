# The commands of the course; `make` alone lists them. Tried with GNU make 3.81 syntax: macOS has no newer one.

PYTHON  ?= python3
VENV    := .venv
PY      := $(VENV)/bin/python
PYODIDE := $(VENV)-site/pyodide
INSTALL := PYTHON="$(PYTHON)" sh scripts/install.sh

# The cells of a notebook stay together. In the order of collection, the longest files come first. There is a process
# for each core, so each has one thread.
PYTEST := -m pytest -n auto --dist loadfile --no-loadscope-reorder
ONE_THREAD := OPENBLAS_NUM_THREADS=1

# Only what is typed counts: many machines have a PORT of their own in the environment.
ifeq ($(origin PORT),command line)
LAB_ARGS += --port $(PORT)
endif
ifeq ($(origin IP),command line)
LAB_ARGS += --ip $(IP)
endif

# Checked by `make lock-check`: where, and with which Pythons, the pins of constraints.txt install without a compiler.
PLATFORMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28 x86_64-apple-darwin aarch64-apple-darwin x86_64-pc-windows-msvc
PYTHONS   := 3.11.2 3.12 3.13 3.14 3.15
ALL_PINS  := pyproject.toml --extra course --extra test --extra browser --extra site

# Installs uv into a temporary folder; the lines that follow call it as "$$uv".
define TEMPORARY_UV
set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
$(PYTHON) -m venv "$$tmp/venv"; "$$tmp/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv; \
uv="$$tmp/venv/bin/uv"
endef

.DEFAULT_GOAL := help
.PHONY: help lab test test-browser site test-site test-oldest test-newest fresh-seeds mutants bench install refresh lint lock lock-check

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 22

lab:  ## open the course in JupyterLab, in your own copy my-course/ (PORT=8899 picks the port)
	@$(INSTALL) || { $(PY) -c 'import jupyterlab, rnnlib' 2>/dev/null && \
	echo "$(VENV) could not be brought up to date; the course opens with what is installed there." >&2; }
	@$(PY) -m rnnlib.course.lab $(LAB_ARGS)

test:  ## run every test and every notebook
	@$(INSTALL)
	@$(ONE_THREAD) $(PY) $(PYTEST)

# The same suite, and the same stored outputs, with other versions than those of constraints.txt, in a folder of their own.
test-oldest:  ## the same with the lowest versions that requirements.txt admits
	@rm -rf $(VENV)-oldest; $(PYTHON) -m venv $(VENV)-oldest
	@sed -n 's/^\([a-z]*\)>=\([0-9.]*\),.*/\1==\2/p' requirements.txt > $(VENV)-oldest/lowest.txt
	@$(VENV)-oldest/bin/python -m pip install --quiet --disable-pip-version-check -c $(VENV)-oldest/lowest.txt -r requirements.txt -e '.[test]'
	@$(ONE_THREAD) $(VENV)-oldest/bin/python $(PYTEST)

test-newest:  ## the same with the newest versions, for information
	@rm -rf $(VENV)-newest; $(PYTHON) -m venv $(VENV)-newest
	@$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -e '.[test]'
	@$(ONE_THREAD) $(VENV)-newest/bin/python $(PYTEST)

test-browser:  ## open every notebook in JupyterLab in a browser, and click through what a learner does
	@$(INSTALL)
	@$(INSTALL) browser
	@$(PY) -m pytest -v tests/browser

site:  ## build the book of the course, with the course running in the browser, into build/site/html
	@$(INSTALL) site $(VENV)-site
	@$(ONE_THREAD) $(VENV)-site/bin/python site/build.py

test-site: site  ## build the site, and read and run it in a browser as a visitor does
	@$(INSTALL)
	@$(INSTALL) browser
	@$(MAKE) --no-print-directory $(PYODIDE)/.installed
	@$(PY) -m pytest -v tests/site

# Python in the browser, for the tests alone: a visitor's browser gets the same version from its usual place.
$(PYODIDE)/.installed: tests/site/pyodide.txt
	@rm -rf $(PYODIDE)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $(PYODIDE) -r $<
	@touch $@

fresh-seeds:  ## run the notebooks with 20 other random streams: what they prove must hold there too (NB="…" for one)
	@$(INSTALL)
	@$(ONE_THREAD) $(PY) tests/fresh_seeds.py $(NB)

mutants:  ## change rnnlib in small ways, one at a time, and count those that the tests notice (MODULE=losses for one)
	@$(INSTALL)
	@$(INSTALL) mutants
	@$(PY) tests/mutants.py $(MODULE)

bench:  ## measure the recurrent layers and fit against PyTorch, plain loops and the bare matrix products
	@$(INSTALL)
	@$(INSTALL) bench
	@$(PY) benchmarks/speed.py

install:  ## only make .venv and install what is missing
	@$(INSTALL)
	@echo "Everything is installed in $(VENV)."

refresh:  ## run the notebooks and store their outputs (NB="notebooks/02_….ipynb" for one)
	@$(INSTALL)
	@$(PY) -m rnnlib.course.refresh $(NB)

lint:  ## check style, format and types of code, style and format of notebooks
	@$(INSTALL)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy rnnlib

lock:  ## rewrite constraints.txt from the newest versions that requirements.txt allows
	@$(TEMPORARY_UV); \
	"$$uv" pip compile --quiet --universal --upgrade --no-build --no-annotate --no-header --python-version 3.11 \
	    --no-emit-index-url $(ALL_PINS) > "$$tmp/pins"; \
	{ echo '# The version of everything: one lock for Linux, macOS and Windows, and for each Python from 3.11 on.'; \
	  echo '# Written by `make lock`: do not edit.'; cat "$$tmp/pins"; } > constraints.txt; \
	echo "constraints.txt is rewritten; make lock-check tells where it installs."

lock-check:  ## check that constraints.txt installs on every platform and Python that README names
	@$(TEMPORARY_UV); failed=0; \
	check() { \
	    "$$uv" pip compile --quiet --no-build --python-platform $$1 --python-version $$2 -c constraints.txt $(ALL_PINS) \
	        > /dev/null && echo "ok    $$1, Python $$2" || { echo "FAILS $$1, Python $$2"; failed=1; }; }; \
	for platform in $(PLATFORMS); do for python in $(PYTHONS); do check $$platform $$python; done; done; \
	for python in $(filter-out 3.11%,$(PYTHONS)); do check aarch64-pc-windows-msvc $$python; done; exit $$failed
