# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The tests, in folders that are named as what they test.  Each NAME_test.c is a cmocka program;
# other .c files are shared by them.  All are linked with everything that can be
# tested, from archives, so that a new test needs no line here.

UNIT := $(BUILD)/tests
UNIT_ALL := $(shell find tests -name '*.c' ! -path 'tests/fuzz/*' ! -path 'tests/src/torture/*' ! -path 'tests/src/grain/*')
UNIT_BIN := $(patsubst tests/%.c,$(UNIT)/%,$(filter %_test.c,$(UNIT_ALL)))

# sizes.c is compiled by itself, for two machines: see check-headers.
UNIT_SHARED := $(filter-out tests/src/sizes.c %_test.c,$(UNIT_ALL))
$(LIB)/libunit.a: $(UNIT_SHARED:%.c=$(BUILD)/obj/%.o)

$(BUILD)/obj/tests/%.o: ALL_CFLAGS += -Iinclude $(RUNNER_CFLAGS)

# In this order: each calls those behind it.
UNIT_LIBS := $(addprefix $(LIB)/,libunit.a libarm926.a libwatch.a libcheck.a libsim.a libpolicies.a libcoherer.a libmodel.a)

.PHONY: check-unit coverage-run check-sanitize check-headers check-layers check-guests check-setup \
	check-litmus check-cli check-advice check-docs

VERDICTS := tests/scenarios/verdicts.txt

check-unit: $(UNIT_BIN) ## the unit tests
	@set -e; for t in $(UNIT_BIN); do echo "  TEST  $$(basename $$t)"; $$t; done
	@echo "  DIFF  $(VERDICTS)"; \
	$(UNIT)/scenarios/scenarios_test -t | diff $(VERDICTS) - || \
		{ echo "$(VERDICTS) is not what $(UNIT)/scenarios/scenarios_test -t prints" >&2; exit 1; }

# Of an instrumented BUILD: the tests that have some of the layer in them, known by the
# names of the files that it counts in, and what they left out.  A test that fails
# does not hide the rest.
coverage-run: $(UNIT_BIN)
	@failed=0; for t in $$(grep -lE '/(obj|hook)/src/[a-z_]*\.gcda' $(UNIT_BIN)); do \
		echo "  TEST  $$(basename $$t)"; \
		$$t >$$t.out 2>&1 || { failed=1; tail -n 20 $$t.out; echo "$$t: failed" >&2; }; done; \
	scripts/coverage.sh $(BUILD) || failed=1; exit $$failed

# A group: the layer that tells of accesses calls libsim.a, which calls the layer.
UNIT_LINK = @mkdir -p $(@D); $(CC) $(CFLAGS) -o $@ -Wl,--start-group $^ -Wl,--end-group $(RUNNER_LIBS) -lcmocka

# With another layer, which has the policies in it.
HOOK_LIBS := $(patsubst %/libcoherer.a,%/libcoherer-hook.a,$(filter-out %/libpolicies.a,$(UNIT_LIBS)))
TRACE_LIBS := $(patsubst %/libcoherer.a,%/libcoherer-trace.a,$(filter-out %/libpolicies.a,$(UNIT_LIBS)))

HOOK_BIN := $(filter $(UNIT)/src/hook/% $(UNIT)/check/%,$(UNIT_BIN))
TRACE_BIN := $(filter $(UNIT)/src/mutation/%,$(UNIT_BIN))

$(filter-out $(HOOK_BIN) $(TRACE_BIN),$(UNIT_BIN)): $(UNIT)/%: $(BUILD)/obj/tests/%.o $(UNIT_LIBS)
	$(UNIT_LINK)

# tests/src/hook interrupts walks and updates between any two of their accesses: its layer tells of
# them (src/src.mk).
$(BUILD)/obj/tests/src/hook/%.o: ALL_CFLAGS := -Iports/sim/hook -Iinclude $(ALL_CFLAGS)
$(HOOK_BIN): $(UNIT)/%: $(BUILD)/obj/tests/%.o $(HOOK_LIBS)
	$(UNIT_LINK)

# tests/src/mutation knows each call of the port by the functions that led to it: its layer
# tells where it is.  Without optimisation, so that every call in the source is one.
$(LIB)/libcoherer-trace.a: $(patsubst %.c,$(BUILD)/trace/%.o,$(COHERER_SRC) $(POLICIES_SRC))

$(BUILD)/trace/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (trace)"; \
	$(CC) $(LAYER_CFLAGS) $(CFLAGS) -O0 -finstrument-functions -c -o $@ $<

$(TRACE_BIN): $(UNIT)/%: $(BUILD)/obj/tests/%.o $(TRACE_LIBS)
	$(UNIT_LINK)

# The same tests with every byte and every shift watched.
check-sanitize: ## the unit tests under ASan and UBSan
	@$(MAKE) --no-print-directory BUILD=build/sanitize \
		CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" check-unit

# What others include: an embedder, and whoever builds on the model or the simulated port.
LAYER_HEADERS := $(wildcard include/coherer/*.h)
PUBLIC_HEADERS := $(LAYER_HEADERS) \
	$(filter-out %internal.h,$(wildcard model/*.h ports/sim/*.h ports/arm926/*.h))
HEADER_C := $(CC) -std=c11 $(WARN) -Iinclude -I. -fsyntax-only -x c
HEADER_CXX := $(CXX) -std=c++17 -Wall -Wextra -Werror -Iinclude -I. -fsyntax-only -x c++
# The layer's objects have documented sizes on 32-bit machines, so one is asked.
ARM_CC ?= arm-none-eabi-gcc
HEADER_ARM := $(ARM_CC) -std=c11 -ffreestanding $(WARN) -Iinclude -I. -fsyntax-only -x c

check-headers: ## public headers alone and together, as C and as C++; sizes
	@command -v $(ARM_CC) >/dev/null || { \
		echo "check-headers: $(ARM_CC) is missing: install gcc-arm-none-eabi (make setup)" >&2; \
		exit 2; }
	@set -e; for h in $(PUBLIC_HEADERS); do \
		echo "  HDR   $$h"; \
		$(HEADER_C) $$h; $(HEADER_CXX) $$h; done
	@set -e; for h in $(LAYER_HEADERS); do echo "  HDR   $$h (arm)"; $(HEADER_ARM) $$h; done
	@echo "  HDR   all together"; set -e; \
	all=$$(printf '#include "%s"\n' $(PUBLIC_HEADERS)); \
	echo "$$all" | $(HEADER_C) -; echo "$$all" | $(HEADER_CXX) -
	@set -e; echo "  SIZE  tests/src/sizes.c"; \
	$(HEADER_C) tests/src/sizes.c; $(HEADER_ARM) tests/src/sizes.c

check-layers: lib ## who may include and call whom; links in *.md; that the checks find what they are for
	@scripts/check-layers.sh
	@tests/scripts/check-layers-test.sh
	@scripts/check-links.sh
	@tests/scripts/check-links-test.sh

check-litmus: $(BUILD)/coherer ## the library of litmus tests, each with the verdict that it states
	@$(BUILD)/coherer check --quiet litmus docs/reports tests/check/litmus

check-advice: $(BUILD)/coherer $(UNIT)/watch/runner/replay_test ## advice on random findings, as litmus tests
	@COHERER=$(BUILD)/coherer REPLAY_TEST=$(UNIT)/watch/runner/replay_test tests/watch/advice.sh

check-cli: $(BUILD)/coherer ## coherer check as its user meets it
	@tests/cli/check-cli.sh
	@tests/check/say/explain.sh
	@tests/cli/check-broken.sh

check-docs: all guests ## commands and outputs in the README and the guides are real
	@tests/scripts/docs-test.py

check-guests: all guests ## the guests under coherer watch, reports compared exactly
	@tests/watch/guests.sh
	@tests/watch/chains.sh

check-setup: all guests ## bad input: each a clear message and its exit code; a terminal; doctor
	@tests/watch/bad-input.sh
	@tests/watch/who.sh
	@tests/watch/terminal.sh
	@tests/cli/doctor.sh

include tests/src/torture/torture.mk
include tests/src/grain/grain.mk
