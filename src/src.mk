# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The layer as this tree builds it: for the host, into build/lib/libcoherer.a, as
# freestanding as in a kernel, so that tests run what an embedder compiles.  Flags that
# instrument it (sanitizers, coverage) come in CFLAGS, beside another BUILD.

include src/sources.mk

# C11 and no more; -ffreestanding, so that no call of libc comes out of a loop.
LAYER_CFLAGS := -std=c11 -ffreestanding $(WARN) -Iinclude -I. -MMD -MP

$(LIB)/libcoherer.a: $(COHERER_SRC:%.c=$(BUILD)/obj/%.o)

# This pattern is longer than the one for all else, so make prefers it.
$(BUILD)/obj/src/%.o: src/%.c
	@mkdir -p $(@D); echo "  CC    $<"; $(CC) $(LAYER_CFLAGS) $(CFLAGS) -c -o $@ $<

# The same, compiled with ports/sim/hook/coherer/env.h in place of the one in include/: there
# coh_load and coh_store tell of each access, if anybody listens.  For coherer check, and for tests.
$(LIB)/libcoherer-hook.a: $(COHERER_SRC:%.c=$(BUILD)/hook/%.o)

$(BUILD)/hook/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (hook)"; $(CC) -Iports/sim/hook $(LAYER_CFLAGS) $(CFLAGS) -c -o $@ $<

.PHONY: check-freestanding coverage

# FREESTANDING="host thumb-v5te" limits it to these.
check-freestanding: ## the layer on every cross compiler: no libc, no globals, sizes; its names
	@scripts/check-names.sh
	@tests/scripts/check-names-test.sh
	@scripts/check-freestanding.sh $(FREESTANDING)
	@# As Linux's build includes it: from another folder, with names relative to src/.
	@mkdir -p $(BUILD); n=$$(printf 'COHERER_SRC_DIR :=\ninclude %s/src/sources.mk\nall:; @echo $$(words $$(COHERER_SRC))\n' \
		"$(CURDIR)" | $(MAKE) -s --no-print-directory -C $(BUILD) -f -); \
	[ "$$n" = $(words $(COHERER_SRC)) ] || \
		{ echo "src/sources.mk: $$n sources are found from another folder, $(words $(COHERER_SRC)) here" >&2; exit 1; }

# Counts of an earlier run would hide what this one does not reach.
# Without optimisation GCC thinks that some snprintf of check/ cut what they print.
coverage: ## every line and branch of the layer taken by the tests, or which are not
	@find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory BUILD=build/coverage CFLAGS="-O0 -g --coverage -Wno-format-truncation" coverage-run
