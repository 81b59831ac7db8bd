# The front door. `make demo` and `make test` are all that a newcomer needs: each installs what is missing, builds, and does its job.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

JOBS ?= $(shell nproc)
CONFIG ?= dcportals
PYTHON := /usr/bin/python3
PYTEST := $(PYTHON) -m pytest -q -p no:cacheprovider
FUZZ_SECONDS ?= 10
SOURCES = $(shell git ls-files '*.cc' '*.h')

.PHONY: help
help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

.PHONY: packages
packages: ## Install the Debian packages that are missing (root)
	@tools/install-packages packages.txt

.PHONY: build
build: packages ## Build dcportald and dcportalctl (build/release)
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS) --target dcportald dcportalctl

.PHONY: demo
demo: build ## The paper's isolation experiment on real Open vSwitch (CONFIG=ovs: without dcportals)
	@lab/lab demo --config $(CONFIG) --daemon build/release/src/daemon/dcportald

.PHONY: test
test: test-unit test-fuzz test-lab test-integration test-openstack test-evaluation ## Every test

.PHONY: build-dev
build-dev: packages
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev -j $(JOBS)

.PHONY: test-unit
test-unit: build-dev ## Unit and property tests, and the checks of the source tree
	@ctest --preset dev --timeout 600
	@DCPORTALS_BUILD=$(CURDIR)/build/dev $(PYTEST) tests/source

.PHONY: test-lab
test-lab: build-dev ## Tests of the lab itself
	@$(PYTEST) lab/tests

.PHONY: test-integration
test-integration: build-dev ## Real daemon, real Open vSwitch
	@DCPORTALS_BUILD=$(CURDIR)/build/dev $(PYTEST) tests/integration

.PHONY: test-openstack
test-openstack: build-dev ## The ML2 driver; real Neutron with its agents, real daemon, real Open vSwitch
	@cd openstack/networking_dcportals && $(PYTEST)
	@DCPORTALS_BUILD=$(CURDIR)/build/dev $(PYTEST) tests/openstack

.PHONY: test-evaluation
test-evaluation: build-dev ## The paper's evaluation, a little of everything: it fails if isolation does
	@lab/evaluate --quick --daemon build/dev/src/daemon/dcportald --output build/evaluation

.PHONY: test-fuzz
test-fuzz: packages ## Each fuzz target for FUZZ_SECONDS
	@fuzz/run $(FUZZ_SECONDS)

.PHONY: asan
asan: packages ## Unit tests under address and undefined-behaviour sanitizers
	@cmake --preset asan >/dev/null
	@cmake --build --preset asan -j $(JOBS)
	@ctest --preset asan --timeout 1200

.PHONY: bench
bench: packages ## Benchmarks; each prints its figures
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)
	@bench/run build/release

.PHONY: evaluation
evaluation: build ## The paper's section 4 with tables and plots, in report/ (ARGS='--only 4.4', ARGS=--quick, ARGS=--help)
	@lab/evaluate --daemon build/release/src/daemon/dcportald $(ARGS)

.PHONY: docs
docs: build-dev ## Print the generated pages again
	@build/dev/src/ctl/dcportalctl pipeline --md >doc/pipeline.md
	@cd src/rpc && DCPORTALS_WRITE_DOC=1 ../../build/dev/src/rpc/rpc_test --gtest_brief=1 --gtest_filter='Markdown.*'

.PHONY: format
format: ## clang-format over all sources
	@clang-format-19 -i $(SOURCES)

.PHONY: clean
clean: ## Remove everything built
	@rm -rf build
