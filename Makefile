# medshape. Needed: Rust 1.95, Node 20.19, make. Nothing else is to be installed by hand.

CARGO ?= cargo
NPM ?= npm
MEDSHAPE := target/release/medshape
PYTHON ?= python3
# Where Python has onnxruntime, for tests of networks; they skip and say so where there is none.
RUNTIME = $(or $(ORT_DYLIB_PATH),$(shell $(PYTHON) tests/oracles/onnxruntime_path.py 2>/dev/null))

.PHONY: demo test check build web bench guards pictures clean rust-test browser-test oracle-test help

help: ## What can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/:/' | column -t -s:

demo: build ## Make a phantom cohort, ingest it, and serve it on http://localhost:8080
	$(MEDSHAPE) demo $(DEMO)

# Pages wait for their browser most of the time, so that the oracles run beside them.
test: check rust-test ## Everything that CI runs
	$(MAKE) --jobs=2 --output-sync=target browser-test oracle-test

check: web ## Format, lints, documentation, types
	$(CARGO) fmt --check
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --workspace --no-deps --quiet
	cd web && $(NPM) run --silent check

# With the features that tests of the workspace have: what they built is not built again.
build: web ## The program, with the viewer in it
	$(CARGO) build --release --workspace --bin medshape

web: web/dist/.made ## The viewer

web/dist/.made: web/package-lock.json web/vite.config.js $(shell find web/src -type f)
	cd web && $(NPM) ci --no-audit --no-fund --loglevel=error && $(NPM) run --silent build
	touch $@

rust-test: web
	ORT_DYLIB_PATH="$(RUNTIME)" $(CARGO) test --release --workspace

browser-test: build ## The pages in a real browser; skipped with a reason where there is none
	web/tests/run $(MEDSHAPE)

oracle-test: build ## Our files read by other programs; skipped with a reason where they are not installed
	@if command -v $(PYTHON) >/dev/null; then $(PYTHON) tests/oracles/api.py $(MEDSHAPE) && \
	ORT_DYLIB_PATH="$(RUNTIME)" $(PYTHON) tests/oracles/run.py $(MEDSHAPE) && \
	$(PYTHON) crates/learn/python/twin.py target/release/examples/twin; \
	else echo "oracle tests skipped: there is no $(PYTHON)"; fi

guards: web ## Each guard of the server taken out once, to see that a test fails without it
	$(PYTHON) tests/guards.py

pictures: build ## The pictures of the README and of docs/, taken in a browser
	web/scripts/pictures $(MEDSHAPE)

bench: build ## Times and sizes beside the peers; results go to benchmarks/runs
	$(PYTHON) benchmarks/run.py $(MEDSHAPE)

clean:
	$(CARGO) clean
	rm -rf web/dist web/node_modules demo
