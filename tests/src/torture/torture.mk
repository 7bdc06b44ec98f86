# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Torture: tests/src/torture/NAME.c is a program that drives the layer with real signals
# and real threads, and exits 0 if all was right.  Each is built three times, plain
# and under the two kinds of sanitizers, the layer with the same flags.

# How many walks each program makes at least: its own default, and fewer where a
# sanitizer makes each slow.  For a night: make check-torture TORTURE_WALKS=1000000000
TORTURE_WALKS ?= $(TORTURE_WALKS_$(TORTURE_KIND))
TORTURE_WALKS_thread := 30000
TORTURE_WALKS_address := 100000
TORTURE := $(patsubst tests/src/torture/%.c,%,$(wildcard tests/src/torture/*.c))
TORTURE_KINDS := plain thread address

TORTURE_plain := -O2 -g
# -Wno-tsan: ThreadSanitizer does not follow fences on their own, and gcc says so.
# Every access beside a fence of ours is atomic, so it invents no race from that.
TORTURE_thread := -O1 -g -fsanitize=thread -Wno-tsan
TORTURE_address := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: check-torture check-torture-kind
check-torture: ## the layer under real threads and signals, plain, TSan, ASan and UBSan
	@[ -n "$(TORTURE)" ] || echo "check-torture: there is no tests/src/torture/*.c" >&2
	@set -e; $(foreach kind,$(TORTURE_KINDS),\
		$(MAKE) --no-print-directory BUILD=build/torture/$(kind) \
			CFLAGS="$(TORTURE_$(kind))" TORTURE_KIND=$(kind) check-torture-kind;)

TORTURE_BIN := $(TORTURE:%=$(BUILD)/tests/src/torture/%)

$(TORTURE_BIN): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o \
		$(addprefix $(LIB)/,libsim.a libpolicies.a libcoherer.a libmodel.a)
	@mkdir -p $(@D); $(CC) $(CFLAGS) -o $@ $^ -pthread

# GCC 12's ThreadSanitizer does not start where the kernel scatters mappings wide
# (vm.mmap_rnd_bits above 28), so it runs without that, if the system lets it.
check-torture-kind: $(TORTURE_BIN)
	@set -e; fixed=; \
	if [ "$(TORTURE_KIND)" = thread ] && setarch -R true 2>/dev/null; then fixed="setarch -R"; fi; \
	for t in $(TORTURE_BIN); do \
		echo "  TEST  $$(basename $$t) ($(TORTURE_KIND))"; \
		$$fixed $$t $(TORTURE_WALKS); done
