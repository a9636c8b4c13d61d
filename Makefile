# One door to everything: `make demo` to see it, `make test` to prove it. Each target installs what it needs.
SHELL := /bin/bash
CARGO ?= cargo
TARGET := $(shell $(CARGO) metadata --format-version 1 --no-deps 2>/dev/null | sed -E 's/.*"target_directory":"([^"]*)".*/\1/')
# Not `npm ci`: it wants optional packages of other platforms in the lock file that were never published.
NPM_INSTALL := npm install --no-save --no-audit --no-fund --ignore-scripts --silent
REQUESTS ?= 50000
SEED ?= 311
PORT ?= 8311

.PHONY: demo build ui test test-rust e2e lint audit attack bench bench-full openapi clean-demo

demo: build ## serve the invented city on http://localhost:8311
	$(TARGET)/release/waymark demo --data data/demo --requests $(REQUESTS) --seed $(SEED) --port $(PORT)

build: ui ## leave release/waymark in Cargo's target directory
	$(CARGO) build --release --locked --bin waymark

ui: map-ui/dist/index.html ## the pages that the binary carries

map-ui/dist/index.html: map-ui/package-lock.json $(shell find map-ui/src map-ui/public map-ui/messages map-ui/build map-ui/project.inlang map-ui/*.html map-ui/*.ts map-ui/*.js -type f 2>/dev/null)
	cd map-ui && $(NPM_INSTALL) && npm run --silent build
	@touch $@

test: ui ## every test, on SQLite and on PostgreSQL, and in a real browser; ends in one line of counts
	scripts/test

lint: ui ## formatting, lints, dependencies, the pages' types
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- --deny warnings
	scripts/invariants
	scripts/deny
	cd map-ui && npm run --silent check

audit: ui ## Lighthouse, axe and sizes of every page
	scripts/audit

attack: build ## try to break into a demo of its own on this machine; ends in one line of counts
	scripts/attack

openapi: ## write the OpenAPI document, and from it the types of the pages' client
	$(CARGO) run --locked --quiet --bin waymark -- openapi > openapi.json
	cd map-ui && ([ -d node_modules ] || $(NPM_INSTALL)) && npm run --silent api

bench: ## 1 million rows, side by side with peers, in under 20 minutes
	scripts/bench 1000000

bench-full: ## the same with 10 million rows
	scripts/bench 10000000

clean-demo: ## forget the invented city
	rm -rf data/demo
