# Daily commands. `make run` and `make test` do all the set-up on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
export UV_COMPILE_BYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where this is set, as in many containers, each program that a test starts would compile all modules anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test unit lint fix web types bench bench-server bench-fit bench-web bench-kb bench-guard bench-quality torture torture-long docs record pictures smells lock sbom clean help
.DEFAULT_GOAL := help

help:  ## show these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.run  ## install what is needed, then open the chat
	@$(BUILD_PAGE)
	@$(BIN)/sotto

test: $(VENV)/.test  ## install with the test extras, check everything
	@$(MAKE) --no-print-directory -j2 lint web
	@$(BUILD_PAGE)
	@$(BIN)/python tests/parallel.py

unit: $(VENV)/.test  ## only the tests that take seconds
	$(BIN)/python -m pytest -m "not model and not e2e and not build and not browser"

lint: $(VENV)/.test  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

web: web/node_modules/.package-lock.json  ## check and test the page's sources
	$(NPM) run check
	@$(BIN)/python web/openapi.py >web/openapi.json
	@$(NPM) run api -- --check || { echo "Next: make types" >&2; exit 1; }
	$(NPM) test

types: web/node_modules/.package-lock.json  ## write the types of the page's API anew from the server
	@$(BIN)/python web/openapi.py >web/openapi.json
	$(NPM) run api

fix: $(VENV)/.test  ## mend style where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test  ## measure against the engine itself, llama.cpp's server and others; writes docs/reference/benchmarks.md
	$(BIN)/python -m bench

bench-server: $(VENV)/.test  ## measure the server, also against llama-cpp-python's; writes docs/reference/benchmarks-server.md
	$(BIN)/python -m bench --server

bench-fit: $(VENV)/.test  ## hold sotto fit against the engine and others' formulas, downloads against curl; writes docs/reference/benchmarks-fit.md
	$(BIN)/python -m bench --fit

bench-web: $(VENV)/.test  ## measure the page in a browser; writes docs/reference/benchmarks-web.md
	@$(BUILD_PAGE)
	$(BIN)/python -m bench --web

bench-guard: $(VENV)/.test  ## measure what the safeguards stop and cost; writes docs/reference/safety.md
	$(BIN)/python -m bench.guarding

bench-kb: $(VENV)/.test  ## measure how well and how fast shelves are searched, also against LanceDB; writes docs/reference/benchmarks-kb.md
	$(BIN)/python -m bench --kb

bench-quality: $(VENV)/.test  ## ask the starter all questions with known answers; writes docs/reference/quality.md
	$(BIN)/python -m bench.quality

torture: $(VENV)/.test  ## kill it, cut its power, fill its disk, thousands of times (20 minutes); writes docs/reference/torture.md
	$(BIN)/python -m torture

torture-long: $(VENV)/.test  ## the same for a day; stopped, it goes on with: python -m torture --long --resume
	$(BIN)/python -m torture --long

docs: $(VENV)/.test  ## write the reference pages anew from the code, and the figures of the promises
	$(BIN)/python -m docs.generate

record: $(VENV)/.test  ## record the terminal sessions in the pages anew, with the real model
	$(BIN)/python -m docs.record

pictures: $(VENV)/.test  ## take the pictures in the guides anew, with the real model
	@$(BUILD_PAGE)
	$(BIN)/python -m docs.pictures

smells: $(VENV)/.test  ## longest files and functions, broad excepts: for a person to judge
	$(BIN)/python -m bench.smells

lock: $(VENV)/.test  ## resolve the dependencies anew, with hashes and without hosts
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --extra test pyproject.toml -o requirements-test.lock

sbom: $(VENV)/.test  ## list everything it is made of, with licences (CycloneDX); writes dist/sbom.json
	$(BIN)/python -m packing.sbom --to dist/sbom.json

clean:  ## remove what was built here
	rm -rf $(VENV) dist build web/node_modules src/sottovoce/server/page/built src/sottovoce/tables

# --- Set-up ------------------------------------------------------------------------------------
# Everything goes to stderr and reads nothing: stdin and stdout belong to the chat.

# An environment knows its own path. One that was moved or copied here is made anew.
ifneq ($(wildcard $(VENV)/.run),)
ifneq ($(shell cat $(VENV)/.run),$(CURDIR))
.PHONY: $(VENV)/.run
endif
endif

$(VENV)/.run: requirements.lock pyproject.toml hatch_build.py $(wildcard packing/*.py)
	@$(FIND_PYTHON) && $$python -c "$$CAN_RUN" && $(MAKE_VENV)
	@echo "Installing the engine and the libraries (about 45 MB to download, once) ..." >&2
	@$(INSTALL) --require-hashes -r requirements.lock </dev/null >&2 || { $(NO_INSTALL); }
	@echo "Installing Sottovoce: its starter model (about 95 MB to download, once), and its page, which is built" \
		"here (about 95 MB to download for that, once) ..." >&2
	@$(INSTALL) --no-deps -e . </dev/null >&2 || { $(NO_INSTALL); }
	@printf '%s' "$(CURDIR)" >$@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	@$(FIND_PYTHON) && $(MAKE_VENV)
	@echo "Installing what the tests need (about 90 MB to download, once) ..." >&2
	@$(INSTALL) --require-hashes -r requirements-test.lock </dev/null >&2 || { $(NO_INSTALL); }
	@touch $@

# Installing builds the page. This is for later, when its sources have changed.
BUILD_PAGE = $(BIN)/python -m packing.page || { echo "Building the page, whose sources have changed ..." >&2; \
	$(INSTALL) --no-deps -e . </dev/null >&2; } || { $(NO_INSTALL); }

# By the Node that the test requirements bring: none of the machine's own is used.
NPM = $(BIN)/python -m packing.npm

web/node_modules/.package-lock.json: web/package-lock.json $(VENV)/.test
	@echo "Installing what the page is built and tested with (about 30 MB to download, unless it is here) ..." >&2
	@$(NPM) ci >&2 || { $(NO_INSTALL); }
	@touch $@

ifdef UV
INSTALL = $(UV) pip install --python $(BIN)/python
NEW_VENV = rm -rf $(VENV) && $(UV) venv -q --python "$$python" $(VENV)
HAS_INSTALLER = $(BIN)/python -c "" 2>/dev/null
else
INSTALL = $(BIN)/python -m pip install --progress-bar on
NEW_VENV = "$$python" -m venv --clear $(VENV)
HAS_INSTALLER = $(BIN)/python -c "import pip" 2>/dev/null
endif

NO_INSTALL = echo "The installation did not finish; the reason stands above. If the network was away: \
	connect, and repeat the same command." >&2; exit 1

# One that was asked for is the only one tried.
PYTHONS = $(if $(filter file,$(origin PYTHON)),python3 python3.14 python3.13 python3.12 python3.11,"$(PYTHON)")

# Leaves the first Python that is new enough in the shell's $python.
FIND_PYTHON = python=; for one in $(PYTHONS); do \
	if "$$one" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then python=$$one; break; fi; done; \
	if [ -z "$$python" ]; then echo "Sottovoce needs Python 3.11 or later; $(PYTHON) --version says: \
	$$("$(PYTHON)" --version 2>&1). Install one, or say where it is: make run PYTHON=/path/to/python3.12" >&2; exit 1; fi

MAKE_VENV = { { [ "$$(cat $(VENV)/.run 2>/dev/null || printf '%s' "$(CURDIR)")" = "$(CURDIR)" ] && $(HAS_INSTALLER); } || \
	{ echo "Making a virtual environment in $(VENV) ..." >&2; $(NEW_VENV) </dev/null >&2; } || \
	{ rm -rf $(VENV); echo "The virtual environment could not be made; the reason stands above. \
	On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }; }

# Says in a sentence why the engine could never run here, before anything is downloaded.
define CAN_RUN
import ctypes, pathlib, platform, sys, sysconfig
if sys.platform != "linux":
    sys.exit()
if "musl" in (sysconfig.get_config_var("SOABI") or ""):
    sys.exit("The engine has no ready-made build for musl systems such as Alpine. "
             "Use a system with glibc (Debian, Fedora, Ubuntu), or a container of one.")
flags = pathlib.Path("/proc/cpuinfo")
if platform.machine() == "x86_64" and flags.is_file() and " avx2 " not in flags.read_text():
    sys.exit("The engine's ready-made build needs a processor with AVX2, which this one does not have.")
try:
    ctypes.CDLL("libgomp.so.1")
except OSError:
    known = {"debian": "apt install libgomp1", "fedora": "dnf install libgomp",
             "rhel": "dnf install libgomp", "suse": "zypper install libgomp1", "arch": "pacman -S gcc-libs"}
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        release = {}
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    command = next((known[name] for name in names if name in known), "install your system's package of libgomp")
    sys.exit(f"The engine needs the system library libgomp.so.1, which is not here. Next: {command}")
endef
export CAN_RUN
