# Two commands matter: `make demo` and `make test`. Both set up .venv first when it is missing or out of date.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
SIZE ?= S
STEPS ?= all

PAIRS ?= 4200

.PHONY: faults demo test mutations check fuzz bench bench-cluster bench-table clean

demo: $(INSTALLED)
	$(BIN)/minewaste demo --out runs/demo

test: $(INSTALLED)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Clean inputs changed in hundreds of ways, alone and in pairs: each must be read right, told or refused.
mutations: $(INSTALLED)
	$(BIN)/python -m tests.mutations --pairs $(PAIRS) $(MUTATION_ARGS)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A hundred thousand inputs for every parser of cells, headings, coordinates and run files (about an hour); `make test` tries some.
fuzz: $(INSTALLED)
	MINEWASTE_FUZZ=100000 $(BIN)/python -m pytest tests/faults/test_fuzz.py $(PYTEST_ARGS)

# Every key of the run file changed, 300 pairs, 50 kills, full disks, lost workers: an hour or two.
faults: $(INSTALLED)
	MINEWASTE_FAULTS=full $(BIN)/python -m pytest tests/faults $(PYTEST_ARGS)

bench: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks --size $(SIZE) --steps $(STEPS) --out build/bench.json $(BENCH_ARGS)

# A run on a Dask scheduler and two workers of 4 GiB on this machine beside a plain run; the answers must agree.
bench-cluster: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks --size $(SIZE) --steps chain --only ours,cluster --runs 1 --limit 3600 --out build/bench_cluster.json

bench-table: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks.render docs/performance.md README.md --plot docs/growth.png

clean:
	rm -rf $(VENV) build runs .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* *.egg-info

# The lock file pins the tested set; pyproject.toml says what is really needed.
$(INSTALLED): pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable ".[dev]"
	@touch $@
