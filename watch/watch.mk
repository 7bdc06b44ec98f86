# SPDX-License-Identifier: GPL-2.0-or-later
#
# coherer watch: two programs, and wire.h between them.  plugin/ and target/ run in QEMU's
# process, with the model (devices/ knows the emulator from inside); runner/ is a part of the program coherer.

PLUGIN_SRC := $(wildcard watch/plugin/*.c watch/devices/*.c watch/target/*.c)
RUNNER_SRC := $(wildcard watch/runner/*.c)

# glib: QEMU's plugin interface passes its arrays.
PLUGIN_CFLAGS = -fPIC -fvisibility=hidden -flto $(shell $(PKG_CONFIG) --cflags glib-2.0)

# libdw: DWARF, symbols and call chains.  jansson: JSON.
RUNNER_LIBS = $(shell $(PKG_CONFIG) --libs libdw jansson) -lelf
RUNNER_CFLAGS := $(shell $(PKG_CONFIG) --cflags libdw jansson)
$(BUILD)/obj/watch/runner/%.o: ALL_CFLAGS += $(RUNNER_CFLAGS)

# The plugin leaves QEMU's functions undefined: the emulator has them.
$(BUILD)/libcoherer-watch.so: $(patsubst %.c,$(BUILD)/pic/%.o,$(PLUGIN_SRC) $(MODEL_SRC))
	@echo "  LD    $@"; $(CC) $(CFLAGS) $(LDFLAGS) -flto -shared -o $@ $^

# What runs without QEMU, for tests: the runner, and the instruction sets.
$(LIB)/libwatch.a: $(patsubst %.c,$(BUILD)/obj/%.o,$(RUNNER_SRC) $(wildcard watch/target/*.c))
