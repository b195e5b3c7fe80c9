# The commands of the course; `make` alone lists them. Tried with GNU make 3.81 syntax: macOS has no newer one.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.installed
BROWSER_STAMP := $(VENV)/.installed-browser
BENCH_STAMP   := $(VENV)/.installed-bench
MUTANTS_STAMP := $(VENV)/.installed-mutants

# The stamp holds the folder it was made in. Moved or copied elsewhere, .venv would still run the old
# folder's rnnlib; and its Python may have been uninstalled since. Either way it is made again.
$(shell [ -x $(PY) ] && [ "$$(cat $(STAMP) 2>/dev/null)" = "$$(pwd)" ] || rm -f $(STAMP))

# The cells of a notebook stay together. In the order of collection, the longest files come first. There is a process
# for each core, so each has one thread.
PYTEST := -m pytest -n auto --dist loadfile --no-loadscope-reorder
ONE_THREAD := OPENBLAS_NUM_THREADS=1

# Only what is typed counts: many machines have a PORT of their own in the environment.
ifeq ($(origin PORT),command line)
LAB_ARGS := --port $(PORT)
endif

# Only asked when something is to be installed: .venv keeps the Python it was made with.
define CHECK_PYTHON
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or newer (https://www.python.org/downloads/), or name yours, as in: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is $$($(PYTHON) -c 'import platform; print(platform.python_version())'), too old: install Python 3.11 or newer (https://www.python.org/downloads/), or name yours, as in: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module: install it (Debian, Ubuntu: apt install python3-venv), then type make again." >&2; exit 1; }
endef

.DEFAULT_GOAL := help
.PHONY: help lab test test-browser test-oldest test-newest mutants bench install refresh lint lock

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 22

lab: $(STAMP)  ## open the course in JupyterLab, in your own copy my-course/ (PORT=8899 picks the port)
	@$(PY) -m rnnlib.course.lab $(LAB_ARGS)

test: $(STAMP)  ## run every test and every notebook
	@$(ONE_THREAD) $(PY) $(PYTEST)

# The same suite, and the same stored outputs, with other versions than those of constraints.txt, in a folder of their own.
test-oldest:  ## the same with the lowest versions that requirements.txt admits
	$(CHECK_PYTHON)
	@rm -rf $(VENV)-oldest; $(PYTHON) -m venv $(VENV)-oldest
	@sed -n 's/^\([a-z]*\)>=\([0-9.]*\),.*/\1==\2/p' requirements.txt > $(VENV)-oldest/lowest.txt
	@$(VENV)-oldest/bin/python -m pip install --quiet --disable-pip-version-check -c $(VENV)-oldest/lowest.txt -r requirements.txt -e '.[test]'
	@$(ONE_THREAD) $(VENV)-oldest/bin/python $(PYTEST)

test-newest:  ## the same with the newest versions, for information
	$(CHECK_PYTHON)
	@rm -rf $(VENV)-newest; $(PYTHON) -m venv $(VENV)-newest
	@$(VENV)-newest/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -e '.[test]'
	@$(ONE_THREAD) $(VENV)-newest/bin/python $(PYTEST)

test-browser: $(BROWSER_STAMP)  ## open every notebook in JupyterLab in a browser, and click through what a learner does
	@$(PY) -m pytest -v tests/browser

mutants: $(MUTANTS_STAMP)  ## change rnnlib in 2,500 small ways, one at a time, and count those that the tests notice
	@rm -rf mutants
	@$(PY) -m mutmut run
	@$(PY) tests/mutants.py

bench: $(BENCH_STAMP)  ## measure SimpleRNN against PyTorch, a plain loop and the bare matrix products
	@$(PY) benchmarks/speed.py

install: $(STAMP)  ## only make .venv and install what is missing
	@echo "Everything is installed in $(VENV)."

refresh: $(STAMP)  ## run the notebooks and store their outputs (NB="notebooks/02_….ipynb" for one)
	@$(PY) -m rnnlib.course.refresh $(NB)

lint: $(STAMP)  ## check style and format of code and notebooks
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

lock:  ## rewrite constraints.txt from the newest versions that requirements.txt allows
	$(CHECK_PYTHON)
	@set -e; tmp=$$(mktemp -d); trap 'rm -rf "$$tmp"' EXIT; \
	echo "Installing the newest versions into a temporary folder (a minute or two) …"; \
	$(PYTHON) -m venv "$$tmp/venv"; python="$$tmp/venv/bin/python"; \
	"$$python" -m pip install --quiet --disable-pip-version-check -r requirements.txt -e '.[test,browser]'; \
	{ echo '# The exact version of everything installed, as tested on Linux with the Python of the next line.'; \
	  echo "# $$("$$python" --version). Written by \`make lock\`: do not edit."; \
	  "$$python" -m pip freeze --exclude-editable; } > "$$tmp/constraints.txt"; \
	cat "$$tmp/constraints.txt" > constraints.txt; echo "constraints.txt is rewritten."

# An installation that was broken off leaves no stamp, and then .venv starts again from nothing:
# pip does not notice half-written packages. With a stamp, only what has changed is installed.
$(STAMP): requirements.txt constraints.txt pyproject.toml
	$(CHECK_PYTHON)
	@[ -f $@ ] || rm -rf $(VENV); rm -f $@
	@echo "Installing JupyterLab, NumPy, Matplotlib and the test tools into $(VENV)."
	@echo "That is about 100 MB to download, half a minute to three minutes, once …"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements.txt -e '.[test]'
	@pwd > $@
	@echo "Installed."

$(BROWSER_STAMP) $(BENCH_STAMP) $(MUTANTS_STAMP): $(VENV)/.installed-%: $(STAMP)
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$*]'
	@touch $@
