# Two commands matter: `make demo` and `make test`. Both set up .venv first when it is missing or out of date.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SIZE ?= S
STEPS ?= all

PAIRS ?= 4200
# One process more than cores, for some tests wait for a browser or for commands they start. A file of tests stays in one process: its
# fixtures are made once. The longest come first (tests/conftest.py), not those of most tests.
PROCESSES ?= $(shell $(PYTHON) -c "import os; print(min(4, 1 + (os.cpu_count() or 1)))")
PARALLEL ?= --numprocesses=$(PROCESSES) --dist=loadfile --no-loadscope-reorder

# Tests start hundreds of commands: where the machine forbids Python to keep what it compiled, each would compile all of it anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: lock-hashes licences faults demo test docs mutations check fuzz bench bench-cluster bench-table clean

demo: $(INSTALLED)
	$(BIN)/minewaste demo --out runs/demo

test: $(INSTALLED)
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

# Clean inputs changed in hundreds of ways, alone and in pairs: each must be read right, told or refused.
mutations: $(INSTALLED)
	$(BIN)/python -m tests.mutations --pairs $(PAIRS) $(MUTATION_ARGS)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A hundred thousand inputs for every parser of cells, headings, coordinates and run files (some minutes); `make test` tries some.
fuzz: $(INSTALLED)
	MINEWASTE_FUZZ=100000 $(BIN)/python -m pytest tests/faults/test_fuzz.py $(PYTEST_ARGS)

# Every key of the run file changed, 300 pairs of changes, 100 kills, full disks, lost workers: about an hour of processor time.
# PART=2/10 runs the second of ten parts.
faults: $(INSTALLED)
	MINEWASTE_FAULTS=full MINEWASTE_FAULTS_PART=$(PART) $(BIN)/python -m pytest tests/faults tests/sovereignty $(PYTEST_ARGS)

docs: $(INSTALLED)
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/build/html
	@echo "docs/build/html/index.html"

bench: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks --size $(SIZE) --steps $(STEPS) --out build/bench.json $(BENCH_ARGS)

# A run on a Dask scheduler and two workers of 4 GiB on this machine beside a plain run; the answers must agree.
bench-cluster: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks --size $(SIZE) --steps chain --only ours,cluster --runs 1 --limit 3600 --out build/bench_cluster.json

bench-table: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks.render docs/performance.md README.md --plot docs/growth.png

# Digests of the wheels of this platform, for installations that check every one of them (SECURITY.md).
lock-hashes: $(INSTALLED)
	rm -rf build/wheels
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --requirement requirements.lock --dest build/wheels
	$(BIN)/python -m tests.lock_hashes requirements.lock build/wheels > build/requirements.sha256
	mv build/requirements.sha256 requirements.sha256

# Name, version and licence of every package in .venv.
licences: $(INSTALLED)
	@$(BIN)/python -c "from importlib.metadata import distributions as all_of; \
	rows = {(d.name, d.version, d.metadata.get('License-Expression') or next((c.split(' :: ')[-1] for c in d.metadata.get_all('Classifier') or [] if c.startswith('License')), 'see its files')) for d in all_of()}; \
	print(*(f'{n}  {v}  {t}' for n, v, t in sorted(rows)), sep=chr(10))"

clean:
	rm -rf $(VENV) build docs/build docs/reference/generated runs .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* *.egg-info

# The lock file pins the tested set; pyproject.toml says what is really needed. pip compiles what it copies, and a clone is not copied:
# where PYTHONDONTWRITEBYTECODE is set every command would compile our own modules again (0.4 of the 2.7 processor seconds of its imports).
$(INSTALLED): pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable ".[dev]"
	@$(BIN)/python -m compileall -q pipeline layers maps
	@touch $@
