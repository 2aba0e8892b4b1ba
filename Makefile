# Thin, over CMake. `make run` and `make test` install what is missing (packages.txt) on a Debian 12.

.PHONY: help run test build dev bench packages browser clean
help:
	@echo "make run     build, start the demo shop and play events into it"
	@echo "make test    build with sanitizers and run every test"
	@echo "make build   the release programs, in build/release/bin"
	@echo "make bench   measure, and say what against; SIZE=smoke: only whether it works"

PACKAGES := $(filter-out chromium $(if $(shell command -v node && command -v npm),nodejs npm),$(shell grep -v '^\#' packages.txt))
packages:
	@dpkg -s $(PACKAGES) >/dev/null 2>&1 || { \
	  echo "installing what is missing (packages.txt)"; \
	  sudo=$$([ $$(id -u) -eq 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(PACKAGES) >/dev/null; }

# The tests of the web parts are skipped where there is none.
browser: packages
	@command -v chromium >/dev/null || { \
	  echo "installing chromium"; \
	  sudo=$$([ $$(id -u) -eq 0 ] || echo sudo); \
	  $$sudo apt-get update -qq; $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null || true; }

build: packages
	@cmake --preset release -DBUILD_TESTING=ON >/dev/null
	@cmake --build --preset release --target shopbell conformance

run: build
	@examples/run.sh

dev: packages
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev

test: dev browser
	@tests/run.sh build/dev/bin

bench: build
	@cmake --build --preset release --target spine_bench waiting_bench webhook_bench http_bench store_bench cel_bench liquid_bench backtest_bench hear_bench
	@bench/run.sh build/release/bin $(SIZE)

clean:
	rm -rf build
