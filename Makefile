# Thin, over CMake. `make run` and `make test` install what is missing (packages.txt) on a Debian 12.

.PHONY: help run test build dev bench packages clean
help:
	@echo "make run     build, start the demo shop and play events into it"
	@echo "make test    build with sanitizers and run every test"
	@echo "make build   the release programs, in build/release/bin"
	@echo "make bench   measure, and say what against"

PACKAGES := $(shell grep -v '^\#' packages.txt)
packages:
	@dpkg -s $(PACKAGES) >/dev/null 2>&1 || { \
	  echo "installing what is missing (packages.txt)"; \
	  sudo=$$([ $$(id -u) -eq 0 ] || echo sudo); \
	  $$sudo apt-get update -qq && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(PACKAGES) >/dev/null; }

build: packages
	@cmake --preset release -DBUILD_TESTING=ON >/dev/null
	@cmake --build --preset release --target shopbell conformance

run: build
	@examples/run.sh

dev: packages
	@cmake --preset dev >/dev/null
	@cmake --build --preset dev

test: dev
	@tests/run.sh build/dev/bin

bench: build
	@cmake --build --preset release --target spine_bench http_bench store_bench cel_bench liquid_bench backtest_bench
	@bench/run.sh build/release/bin

clean:
	rm -rf build
