# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# examples/NAME/main.c is a program for this machine; its exit status says whether it worked.
# examples/minikernel is a kernel, with a fragment of its own.

EXAMPLES := $(patsubst examples/%/main.c,%,$(wildcard examples/*/main.c))
EXAMPLE_BIN := $(EXAMPLES:%=$(BUILD)/examples/%)

.PHONY: check-examples
check-examples: $(EXAMPLE_BIN) ## compile and run each program of examples/
	@[ -n "$(EXAMPLES)" ] || echo "check-examples: there is no examples/*/main.c" >&2
	@set -e; for e in $(EXAMPLE_BIN); do \
		echo "  RUN   $$(basename $$e)"; \
		$$e >$$e.out 2>&1 || { s=$$?; cat $$e.out; echo "$$e: exit status $$s" >&2; exit 1; }; done

$(BUILD)/obj/examples/%.o: ALL_CFLAGS += -Iinclude

$(EXAMPLE_BIN): $(BUILD)/examples/%: $(BUILD)/obj/examples/%/main.o \
		$(addprefix $(LIB)/,libsim.a libpolicies.a libcoherer.a libmodel.a)
	@mkdir -p $(@D); echo "  LD    $@"; $(CC) $(CFLAGS) -o $@ $^

include examples/minikernel/minikernel.mk
