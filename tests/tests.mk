# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The tests.  Each NAME_test.c in tests/unit and tests/scenarios is a cmocka program;
# other .c files there are shared by them.  All are linked with everything that can be
# tested, from archives, so that a new test needs no line here.

UNIT := $(BUILD)/tests
UNIT_SRC := $(wildcard tests/unit/*_test.c tests/scenarios/*_test.c)
UNIT_BIN := $(UNIT_SRC:tests/%.c=$(UNIT)/%)

# sizes.c is compiled by itself, for two machines: see check-headers.
UNIT_SHARED := $(filter-out tests/unit/sizes.c %_test.c,$(wildcard tests/unit/*.c tests/scenarios/*.c))
$(LIB)/libunit.a: $(UNIT_SHARED:%.c=$(BUILD)/obj/%.o)

# Of watch/, what runs without QEMU: the runner, and from the plugin the decoders.
$(LIB)/libwatch.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(RUNNER_SRC) $(wildcard watch/decode_*.c watch/mmu_*.c))

# Of ports/arm926 what runs on a host: the decoding of ID registers.
$(LIB)/libarm926.a: $(BUILD)/obj/ports/arm926/cache_type.o

# In this order: each calls those behind it.
UNIT_LIBS := $(addprefix $(LIB)/,libunit.a libarm926.a libwatch.a libcheck.a libsim.a libcoherer.a libmodel.a)

.PHONY: check check-unit coverage-run check-sanitize check-headers check-layers check-examples \
	check-guests check-setup check-litmus check-cli

check: ## all tests but those that need a Linux kernel
check: check-headers check-layers check-freestanding check-unit check-sanitize check-torture \
	check-litmus check-cli check-bench check-examples check-guests check-setup check-linux-scripts check-arm926
	@echo "all checks passed"

check-unit: $(UNIT_BIN) ## the unit tests
	@set -e; for t in $(UNIT_BIN); do echo "  TEST  $$(basename $$t)"; $$t; done
	@echo "  DIFF  docs/verdicts.txt"; \
	$(UNIT)/unit/scenarios_test -t | diff docs/verdicts.txt - || \
		{ echo "docs/verdicts.txt is not what $(UNIT)/unit/scenarios_test -t prints" >&2; exit 1; }

# Of an instrumented BUILD: the tests that have some of the layer in them, known by the
# names of the files that it counts in, and what they left out.  A test that fails
# does not hide the rest.
coverage-run: $(UNIT_BIN)
	@failed=0; for t in $$(grep -lE '/(obj|hook)/src/[a-z_]*\.gcda' $(UNIT_BIN)); do \
		echo "  TEST  $$(basename $$t)"; \
		$$t >$$t.out 2>&1 || { failed=1; tail -n 20 $$t.out; echo "$$t: failed" >&2; }; done; \
	scripts/coverage.sh $(BUILD) || failed=1; exit $$failed

UNIT_LINK = @mkdir -p $(@D); $(CC) $(CFLAGS) -o $@ $^ $(RUNNER_LIBS) -lcmocka

HOOK_BIN := $(UNIT)/unit/map_interrupt_test
TRACE_BIN := $(UNIT)/unit/mutation_test
$(filter-out $(HOOK_BIN) $(TRACE_BIN),$(UNIT_BIN)): $(UNIT)/%: $(BUILD)/obj/tests/%.o $(UNIT_LIBS)
	$(UNIT_LINK)

# This one interrupts walks and updates between any two of their accesses.  Its
# layer is compiled with tests/env_hook/coherer/env.h in place of the one in
# include/: there coh_load and coh_store call the test.
HOOK_OBJ := $(COHERER_SRC:%.c=$(BUILD)/hook/%.o)
$(LIB)/libcoherer-hook.a: $(HOOK_OBJ)

$(HOOK_OBJ): $(BUILD)/hook/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (hook)"; \
	$(CC) -Itests/env_hook $(LAYER_CFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/obj/tests/unit/map_interrupt_test.o: ALL_CFLAGS := -Itests/env_hook -Iinclude $(ALL_CFLAGS)
$(HOOK_BIN): $(BUILD)/obj/tests/unit/map_interrupt_test.o \
		$(UNIT_LIBS:%/libcoherer.a=%/libcoherer-hook.a)
	$(UNIT_LINK)

# This one knows each call of the port by the functions that led to it: its layer tells
# where it is.  Without optimisation, so that every call in the source is one.
TRACE_OBJ := $(COHERER_SRC:%.c=$(BUILD)/trace/%.o)
$(LIB)/libcoherer-trace.a: $(TRACE_OBJ)

$(TRACE_OBJ): $(BUILD)/trace/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (trace)"; \
	$(CC) $(LAYER_CFLAGS) $(CFLAGS) -O0 -finstrument-functions -c -o $@ $<

$(TRACE_BIN): $(BUILD)/obj/tests/unit/mutation_test.o \
		$(UNIT_LIBS:%/libcoherer.a=%/libcoherer-trace.a)
	$(UNIT_LINK)

# The same tests with every byte and every shift watched.
check-sanitize: ## the unit tests under ASan and UBSan
	@$(MAKE) --no-print-directory BUILD=build/sanitize \
		CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" check-unit

# What others include: an embedder, and whoever builds on the model or the simulated port.
LAYER_HEADERS := $(wildcard include/coherer/*.h)
PUBLIC_HEADERS := $(LAYER_HEADERS) $(addprefix model/,ops.h cpus.h shadow.h machine.h) \
	$(wildcard ports/arm926/*.h) \
	$(filter-out %/internal.h,$(wildcard ports/sim/*.h))
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
	@set -e; echo "  SIZE  tests/unit/sizes.c"; \
	$(HEADER_C) tests/unit/sizes.c; $(HEADER_ARM) tests/unit/sizes.c

check-layers: ## who may include whom, and that the check itself finds it
	@scripts/check-layers.sh
	@tests/check-layers-test.sh

# examples/NAME/main.c is a program; its exit status says whether it worked.
EXAMPLES := $(patsubst examples/%/main.c,%,$(wildcard examples/*/main.c))
EXAMPLE_BIN := $(EXAMPLES:%=$(BUILD)/examples/%)

check-examples: $(EXAMPLE_BIN) ## compile and run each program of examples/
	@[ -n "$(EXAMPLES)" ] || echo "check-examples: there is no examples/*/main.c" >&2
	@set -e; for e in $(EXAMPLE_BIN); do \
		echo "  RUN   $$(basename $$e)"; \
		$$e >$$e.out 2>&1 || { s=$$?; cat $$e.out; echo "$$e: exit status $$s" >&2; exit 1; }; done

$(EXAMPLE_BIN): $(BUILD)/examples/%: $(BUILD)/obj/examples/%/main.o \
		$(addprefix $(LIB)/,libsim.a libcoherer.a libmodel.a)
	@mkdir -p $(@D); echo "  LD    $@"; $(CC) $(CFLAGS) -o $@ $^

check-litmus: $(BUILD)/coherer ## the library of litmus tests, each with the verdict that it states
	@$(BUILD)/coherer check --quiet litmus tests/litmus

check-cli: $(BUILD)/coherer ## coherer check as its user meets it
	@tests/check-cli.sh

check-guests: all guests ## the guests under coherer watch, reports compared exactly
	@tests/guests.sh

check-setup: all guests ## bad input: each a clear message and its exit code
	@tests/bad-input.sh

-include $(wildcard $(BUILD)/obj/tests/unit/*.d $(BUILD)/obj/tests/scenarios/*.d \
	$(BUILD)/obj/examples/*/*.d $(BUILD)/hook/src/*.d $(BUILD)/trace/src/*.d)
