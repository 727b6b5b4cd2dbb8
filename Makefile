# A thin layer over Meson and Ninja; `make help` lists the targets.
#
# demo, test, bench, fuzz, deb, static, wheel and npm install the Debian packages they miss (scripts/install-deps),
# test-packages and test-containers what they need besides; the others expect what `make deps` installs.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
VERSIONS ?= 13,14,16,17,18

# The interpreter that Debian's python3-venv is for, whatever else is first on the PATH.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
EXAMPLE_REQUIREMENTS = examples/resumegen/requirements.txt

all: ## build build/whimbrel and the two libraries (the default)
all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

help: ## this list
	@grep -hE '^[a-z-]+: ##' $(MAKEFILE_LIST) | sed 's/: ## /\t/' | expand -t 14

deps: ## install what is needed to build (Debian packages)
	@scripts/install-deps build

install: ## install under $(DESTDIR)$(PREFIX)
install: all
	@meson configure $(BUILD) -Dprefix=$(PREFIX) -Dlibdir=lib
	@ninja -C $(BUILD) --quiet >/dev/null
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --quiet --no-rebuild

deb: ## build Debian packages in dist/
	@scripts/install-deps deb
	@scripts/build-deb --no-check

static: ## build the static program, which needs nothing else, in an archive in dist/
	@scripts/install-deps static
	@scripts/build-static --archive

wheel: ## build a Python wheel with the static program in dist/
	@scripts/install-deps static
	@scripts/build-wheel

npm: ## build a package for npm with the static program in dist/
	@scripts/install-deps static
	@scripts/build-npm

demo: ## show the main job on SQLite, from nothing
	@scripts/install-deps demo
	@$(MAKE) --no-print-directory all .venv/.demo
	@scripts/demo

test: ## run every test
test: prepare-test
	@.venv/bin/python scripts/test --build $(BUILD)

test-quick: ## run the tests that are not slow
test-quick: prepare-test
	@.venv/bin/python scripts/test --build $(BUILD) --quick

test-differential: ## random graphs beside the real Alembic; GRAPHS says how many, SEED the first one
test-differential: prepare-test
	@cd tests && WHIMBREL_BUILD=$(abspath $(BUILD)) ../.venv/bin/python -m pytest -n0 -s -p no:cacheprovider differential

torture: ## kill, cut off and race it for as long as an hour; KILLS and others say how much (scripts/test)
torture: prepare-test
	@.venv/bin/python scripts/test --build $(BUILD) --torture

test-versions: ## run the tests that need PostgreSQL on 13, 14, 16, 17 and 18; VERSIONS=14,18 says on which
test-versions: prepare-test
	@scripts/install-deps versions
	@.venv/bin/python scripts/test-versions --build $(BUILD) --only $(VERSIONS)

test-containers: ## build the images and run the example in containers, without a registry (root, ten minutes)
	@scripts/install-deps test containers
	@$(MAKE) --no-print-directory all .venv/.test
	@.venv/bin/python scripts/test --build $(BUILD) --containers

prepare-test:
	@scripts/install-deps test
	@$(MAKE) --no-print-directory all .venv/.test .venv/.old

test-packages: ## build, install and run everything that is installed: Debian packages, wheel, npm package, static program
test-packages: prepare-test
	@scripts/install-deps packages
	@.venv/bin/python scripts/test --build $(BUILD) --packages

asan: ## build with AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan/
	@$(MAKE) --no-print-directory all BUILD=build-asan SETUP='-Db_sanitize=address,undefined'

test-asan: ## run every test with that build
	@scripts/install-deps test
	@$(MAKE) --no-print-directory asan .venv/.test .venv/.old
	@.venv/bin/python scripts/test --build build-asan

bench: ## measure: start, many files, a large graph, apply, diff, size; the static program too
	@scripts/install-deps bench static
	@scripts/build-static >/dev/null
	@$(MAKE) --no-print-directory all .venv/.test .venv/.old
	@.venv/bin/python bench/run

fuzz: ## run each fuzz target for $(FUZZ_SECONDS) seconds
	@scripts/install-deps fuzz
	@CC=clang $(MAKE) --no-print-directory all BUILD=build-fuzz \
	    SETUP='-Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link'
	@scripts/fuzz build-fuzz $(FUZZ_SECONDS)

format-check: ## complain about C code that clang-format would change
	@scripts/install-deps format
	@git ls-files -z '*.c' '*.h' | xargs -0 clang-format --dry-run -Werror

tidy: ## let clang-tidy look for mistakes
	@scripts/install-deps tidy
	@CC=clang $(MAKE) --no-print-directory all BUILD=build-clang
	@git ls-files -z 'src/*.c' | xargs -0 -P2 -n8 clang-tidy -p build-clang --quiet 2>/dev/null

clean: ## remove everything that was built
	@rm -rf build build-* dist .venv

%/build.ninja:
	@meson setup $(SETUP) $* >/dev/null || { meson setup $(SETUP) $*; exit 1; }

.venv/bin/pip:
	@$(PYTHON) -m venv .venv

.venv/.demo: $(EXAMPLE_REQUIREMENTS) | .venv/bin/pip
	@.venv/bin/pip install --quiet --disable-pip-version-check -r $(EXAMPLE_REQUIREMENTS)
	@touch $@

.venv/.test: tests/requirements.txt $(EXAMPLE_REQUIREMENTS) | .venv/bin/pip
	@.venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt -r $(EXAMPLE_REQUIREMENTS)
	@touch $@

# The oldest Alembic and SQLAlchemy that the import knows, for its tests.
.venv/.old: tests/requirements-old.txt | .venv/bin/pip
	@$(PYTHON) -m venv .venv/old
	@.venv/old/bin/pip install --quiet --disable-pip-version-check -r tests/requirements-old.txt
	@touch $@

.PHONY: all help deps install demo test test-quick test-differential torture test-versions test-packages test-containers \
        prepare-test asan test-asan deb static wheel npm bench fuzz format-check tidy clean
