# The one command surface. `make` lists what there is; CONTRIBUTING.md says when to use what.
# The work is in cargo and in scripts/: a target here is a name and one line.

SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help check test test-rust test-python test-node test-phone test-swift test-kotlin demo bench \
        bench-calls bench-peers bench-phone bench-rules bench-workflow typings mutants fuzz properties licences lint-scripts toolchains \
        ci clean-caches

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

check: ## fast gate: format, lints, core tests, Rust vectors, stale generated and lock files
	cargo fmt --all --check
	cargo clippy -q --all-targets -- -D warnings
	cargo test -q
	cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml >/dev/null

test: ## build and test everything, in every language
	@scripts/test.sh

test-rust: ## only the core, the vectors and the doc tests
	@scripts/test-rust.sh

test-python: ## only the Python package
	@scripts/test-python.sh

test-node: ## only the Node package
	@scripts/test-node.sh

test-phone: ## only what Swift and Kotlin share, which needs neither
	@scripts/test-phone.sh

test-swift: ## only the Swift package
	@scripts/test-swift.sh

test-kotlin: ## only the Kotlin package
	@scripts/test-kotlin.sh

demo: ## one partner month on real orders: statements, payouts, an explained commission
	cargo run --release -q --locked -p guerdon --example partner_month

bench: ## benches of commissions, workflows and fraud checks
	cargo bench --locked -p guerdon-benches

bench-calls: ## one call of a plan in Rust, Python and Node, with what was promised of each
	@scripts/bench-calls.sh

bench-peers: ## the same job in DuckDB, Polars and guerdon, side by side
	@scripts/bench-peers.sh

bench-workflow: ## one event of a workflow from Node, beside XState
	@scripts/bench-workflow.sh

bench-rules: ## one event of a plan of 20 rules from Node, beside decimal.js by hand
	@scripts/bench-rules.sh

bench-phone: ## one preview and a batch in Rust, Swift and Kotlin, beside a call that does nothing
	@scripts/bench-phone.sh

typings: ## regenerate the typings and schemas that are checked in
	cargo run -q --locked -p guerdon-tests --bin typings

mutants: ## mutation tests of schedule, allocation and refunds
	@scripts/mutants.sh

fuzz: ## fuzz every door for MINUTES (1 unless said): make fuzz MINUTES=60
	@MINUTES=$(or $(MINUTES),1) scripts/fuzz.sh

properties: ## try the property tests for MINUTES (1 unless said): make properties MINUTES=60
	@MINUTES=$(or $(MINUTES),1) scripts/properties.sh

licences: ## licences, doubles and sources of every dependency, by deny.toml
	@scripts/licences.sh

lint-scripts: ## shellcheck over the project's scripts
	@scripts/lint-scripts.sh

toolchains: ## which toolchains are here, and how to get those that are not
	@scripts/toolchains.sh

ci: ## everything that must be green before a change lands
	@bash .ci/run

clean-caches: ## remove what the scripts installed and built, but cargo's own target directories
	rm -rf target/venv target/venv-peers target/python target/node target/ci target/tools target/demo \
	  target/fuzz target/fuzz-corpus target/fuzz-found target/properties target/bench-phone \
	  target/mutants.out target/mutants.out.old bindings-node/node_modules tests/statecharts/node_modules \
	  benches/calls/node_modules \
	  bindings-swift/.build bindings-swift/lib bindings-swift/Sources/Guerdon/Generated bindings-kotlin/target
