.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
DEMO_HOME := $(CURDIR)/.demo

.PHONY: help demo run test check format bench kills simulate lock model clean

help: ## show what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.app ## set up everything, build the demo studies, open the app on http://localhost:8501
	DERMDASH_HOME=$(DEMO_HOME) $(BIN)/dermdash demo --enqueue-only
	DERMDASH_HOME=$(DEMO_HOME) $(BIN)/streamlit run app.py --server.port 8501

run: .venv/.app ## open the app on your own data (DERMDASH_HOME, by default ~/.dermdash)
	$(BIN)/streamlit run app.py --server.port 8501

test: check ## set up everything and pass the tests
	$(BIN)/python -m pytest -n logical --dist loadfile --no-loadscope-reorder -m "not alone"
	$(BIN)/python -m pytest -m alone

check: .venv/.dev ## lint, types, and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev ## measure speed and memory, as ratios within one run
	$(BIN)/python -m benchmarks

kills: .venv/.dev ## take files in while app, worker, engine and import are killed 50 times, and count
	$(BIN)/python -m benchmarks.kills --times 50

simulate: .venv/.dev ## false positives, power and coverage of the tests, into docs/simulations.md
	$(BIN)/python -m benchmarks.simulations --out docs/simulations.md

model: .venv/.dev ## train the bundled model again, from phantoms and a seed
	$(BIN)/python -m dermdash.learning.bundled models/phantom-v1

lock: .venv/.dev ## resolve the newest versions into requirements*.txt
	echo 'backports-strenum<1.3' > .venv/constraints.txt
	$(BIN)/uv pip compile --quiet --universal --strip-extras --python-version 3.11 --upgrade -c .venv/constraints.txt \
		--custom-compile-command 'make lock' --extra app --extra train pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --strip-extras --python-version 3.11 --upgrade -c requirements.txt \
		--custom-compile-command 'make lock' --all-extras --group dev pyproject.toml -o requirements-dev.txt

clean: ## remove the environment and the demo's data
	rm -rf .venv .demo

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.app: .venv/bin/python requirements.txt pyproject.toml
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps -e .
	touch $@

.venv/.dev: .venv/.app requirements-dev.txt
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	touch $@
