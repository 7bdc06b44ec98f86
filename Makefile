# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# `make help` lists the targets.  All artefacts go under build/.

VERSION := 0.1.0
prefix ?= /usr/local
CC ?= gcc
CFLAGS ?= -O2 -g
BUILD := build

WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla
ALL_CFLAGS := -std=gnu11 $(WARN) -I. -MMD -MP -DCOHERER_VERSION='"$(VERSION)"'

PKG_CONFIG ?= pkg-config
# jansson: JSON that is valid whatever a file name holds.  libdw: DWARF, symbols
# and call chains.  glib: QEMU's plugin interface passes its arrays.
RUNNER_LIBS = $(shell $(PKG_CONFIG) --libs libdw jansson) -lelf
RUNNER_CFLAGS = $(shell $(PKG_CONFIG) --cflags libdw jansson)
PLUGIN_CFLAGS = -fPIC -fvisibility=hidden -flto $(shell $(PKG_CONFIG) --cflags glib-2.0)

.DEFAULT_GOAL := all
.PHONY: all lib help demo setup bench bench-watch fuzz install uninstall clean format

MODEL_SRC := $(wildcard model/*.c)
SIM_SRC := $(wildcard ports/sim/*.c)
# What runs inside QEMU.  All else in watch/ is the runner's.
PLUGIN_SRC := $(addprefix watch/,plugin.c access.c maintain.c events.c guest_ram.c \
	decode_arm.c mmu_arm.c)
RUNNER_SRC := $(filter-out $(PLUGIN_SRC),$(wildcard watch/*.c))
CLI_SRC := $(wildcard cli/*.c)
CHECK_SRC := $(wildcard check/*.c)

COHERER_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(CLI_SRC) $(RUNNER_SRC))
# The explorer's inner loop goes to and fro between these two: they are optimised as one.
COHERER_LTO := $(patsubst %.c,$(BUILD)/lto/%.o,$(CHECK_SRC) $(MODEL_SRC))
PLUGIN_OBJ := $(patsubst %.c,$(BUILD)/pic/%.o,$(PLUGIN_SRC) $(MODEL_SRC))

all: $(BUILD)/coherer $(BUILD)/libcoherer-watch.so lib

# The layer, the simulated port and the model are three archives, so that who
# links them gets what it calls, and nobody keeps a list.
lib: ## build/lib: the layer, the simulated port, the model, the checker
lib: $(addprefix $(BUILD)/lib/,libcoherer.a libsim.a libmodel.a libcheck.a)

$(BUILD)/lib/libmodel.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(MODEL_SRC))
$(BUILD)/lib/libcheck.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(CHECK_SRC))
$(BUILD)/lib/libsim.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(SIM_SRC))

# The plugin leaves QEMU's functions undefined: the emulator has them.
$(BUILD)/libcoherer-watch.so: $(PLUGIN_OBJ)
	@echo "  LD    $@"; $(CC) $(CFLAGS) -flto -shared -o $@ $^

$(BUILD)/coherer: $(COHERER_OBJ) $(COHERER_LTO) $(addprefix $(BUILD)/lib/,libsim.a libcoherer.a)
	@echo "  LD    $@"; $(CC) $(CFLAGS) -O3 -flto=auto -o $@ $^ $(RUNNER_LIBS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $<"; $(CC) $(ALL_CFLAGS) $(RUNNER_CFLAGS) $(CFLAGS) -c -o $@ $<

# Who may see the layer.  For the others its headers are not on the path at all.
$(BUILD)/obj/check/%.o $(BUILD)/lto/check/%.o $(BUILD)/obj/ports/%.o $(BUILD)/obj/tests/%.o $(BUILD)/obj/examples/%.o \
$(BUILD)/obj/bench/%.o: ALL_CFLAGS += -Iinclude

$(BUILD)/pic/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (plugin)"; $(CC) $(ALL_CFLAGS) $(CFLAGS) $(PLUGIN_CFLAGS) -c -o $@ $<

$(BUILD)/lto/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (lto)"; \
	$(CC) $(ALL_CFLAGS) $(RUNNER_CFLAGS) $(CFLAGS) -O3 -flto -c -o $@ $<

include src/layer.mk
include guests/guests.mk
include guests/linux/linux.mk
include guests/debian/debian.mk
include tests/tests.mk
include examples/minikernel/minikernel.mk
include tests/torture/torture.mk
include bench/bench.mk
include tests/fuzz/fuzz.mk

help: ## list the targets
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort | \
		awk -F'\t' '{ printf "  %-20s %s\n", $$1, $$2 }'

setup: ## install the Debian packages that building and testing need
	scripts/setup.sh

demo: ## build, run a guest with a planted bug, print the report
	@scripts/setup.sh
	@$(MAKE) --no-print-directory all guests
	@scripts/demo.sh

install: all ## install below DESTDIR and prefix (default /usr/local)
	install -d $(DESTDIR)$(prefix)/bin $(DESTDIR)$(prefix)/lib/coherer \
		$(DESTDIR)$(prefix)/include/coherer $(DESTDIR)$(prefix)/share/man/man1
	install -m 755 $(BUILD)/coherer $(DESTDIR)$(prefix)/bin/
	install -m 755 $(BUILD)/libcoherer-watch.so $(DESTDIR)$(prefix)/lib/coherer/
	install -m 644 $(BUILD)/lib/libcoherer.a $(DESTDIR)$(prefix)/lib/
	install -m 644 include/coherer/*.h $(DESTDIR)$(prefix)/include/coherer/
	install -m 644 docs/coherer.1 $(DESTDIR)$(prefix)/share/man/man1/

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(prefix)/bin/coherer $(DESTDIR)$(prefix)/share/man/man1/coherer.1
	rm -f $(DESTDIR)$(prefix)/lib/libcoherer.a
	rm -rf $(DESTDIR)$(prefix)/lib/coherer $(DESTDIR)$(prefix)/include/coherer

format: ## rewrite our C as .clang-format says
	clang-format -i $$(git ls-files '*.c' '*.h')

clean: ## remove what was built here, but for the cached kernels of build/linux
	find $(BUILD) -mindepth 1 -maxdepth 1 ! -name linux -exec rm -rf {} +

-include $(COHERER_OBJ:.o=.d) $(COHERER_LTO:.o=.d) $(PLUGIN_OBJ:.o=.d)
-include $(patsubst %.c,$(BUILD)/obj/%.d,$(SIM_SRC) $(CHECK_SRC) $(MODEL_SRC))
