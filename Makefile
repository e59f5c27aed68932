# The front door. Each target does all its own set-up; done again, it redoes nothing that is done.
#   make              build/kdbench and build/kdbench-double
#   make reproduce    train the quick profile (PROFILE=...), then tables and figures; then compare
#                     with the committed reference
#   make smoke        every stage of every track once, on few real samples
#   make test         build, fetch the data, run all tests
#   make bench        time every workload, one thread; some minutes
#   make tables figures report   from stored results, without training: of the runs here, else of
#                                those that are committed (results/reference), into results/report
#   make reference    results/reference from the runs here
#   make catalogue    methods/CATALOGUE.md and the figure of the survey's tree, from the methods here
#   make install      PREFIX=/usr/local DESTDIR=

BUILD   ?= build
PROFILE ?= quick
JOBS    ?= $(shell nproc)
PREFIX  ?= /usr/local
RUNS    ?= results/runs/$(PROFILE)
KDBENCH  = $(BUILD)/kdbench

# where nothing has run: the merged files of the committed results, and a folder of one's own for
# what is made of them
COMMITTED = results/reference/$(PROFILE)
ifneq ($(wildcard $(RUNS)),)
STORED = $(RUNS)
BESIDE = --runs $(RUNS)
else
STORED = $(COMMITTED) -o results/report/$(PROFILE)
NOTE   = @echo 'nothing has run in $(RUNS): reporting on $(COMMITTED), into results/report/$(PROFILE)'
endif

# of the committed reference, where the profile has one; fails when a result is outside of what
# another machine may give
define COMPARE
@if [ -n "$$(find $(COMMITTED) -name results.h5 2>/dev/null)" ]; then \
    echo '$(KDBENCH) compare $(COMMITTED) $(RUNS)'; \
    $(KDBENCH) compare $(COMMITTED) $(RUNS) || { code=$$?; \
        [ $$code != 1 ] || echo "*** these are not the results of $(COMMITTED): see above" >&2; \
        exit $$code; }; \
else \
    echo 'the profile $(PROFILE) has no committed runs in $(COMMITTED) to compare with'; \
fi
endef

.PHONY: all setup setup-test configure data build-tests reproduce smoke test bench tables figures report reference catalogue install clean
.DEFAULT_GOAL := all

all: configure
	cmake --build $(BUILD) --target kdbench kdbench-double

setup:
	@scripts/setup.sh

setup-test:
	@scripts/setup.sh test

configure: setup
	@test -f $(BUILD)/build.ninja || cmake --preset release -B $(BUILD) -DCMAKE_INSTALL_PREFIX=$(PREFIX)

# what the tests need, 157 MB; what a sweep needs it fetches itself. What needs KiCad's 379 MB is
# skipped in tests unless it was prepared
data: all
	$(KDBENCH) prepare -q fashion_mnist wordnet38 sh3d18

# configured again, since what the tests need may just have been installed
build-tests: setup-test configure
	cmake $(BUILD) >/dev/null
	cmake --build $(BUILD)

reproduce: all
	$(KDBENCH) run scripts/$(PROFILE).lua -j $(JOBS) -o $(RUNS)
	$(KDBENCH) report $(RUNS)
	$(COMPARE)

smoke: all
	$(KDBENCH) run scripts/smoke.lua -j $(JOBS) -o results/runs/smoke
	$(KDBENCH) report results/runs/smoke

test: build-tests data
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS)

bench: all
	$(KDBENCH) bench

# the literature's tables need no runs
tables: all
	$(KDBENCH) published -q -o results/report/published $(BESIDE)
	$(NOTE)
	$(KDBENCH) report $(STORED) --tables

figures: all
	$(NOTE)
	$(KDBENCH) report $(STORED) --figures

report: all
	$(NOTE)
	$(KDBENCH) report $(STORED)

# what is committed under results/reference, from the runs here: tables, figures and merged runs. The
# pages are as large as all of these, and `make report` makes them
reference:
	$(KDBENCH) merge $(RUNS) -o $(COMMITTED)
	$(KDBENCH) report $(RUNS) -o $(COMMITTED)
	find $(COMMITTED) -name report.html -delete
	$(KDBENCH) published --agreement -q -o results/reference/agreement

# what is written from the registered methods: the catalogue and the figure of the survey's tree
catalogue: all
	$(KDBENCH) list methods --markdown > methods/CATALOGUE.md.part
	mv methods/CATALOGUE.md.part methods/CATALOGUE.md
	$(KDBENCH) published --taxonomy -o results/reference/taxonomy

install: all
	DESTDIR=$(DESTDIR) cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	cmake --build $(BUILD) --target clean
