# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# coherer check: language, system, search, say.

CHECK_SRC := $(wildcard check/*/*.c)

$(LIB)/libcheck.a: $(CHECK_SRC:%.c=$(BUILD)/obj/%.o)

$(BUILD)/obj/check/%.o $(BUILD)/lto/check/%.o: ALL_CFLAGS += -Iinclude
# jansson: JSON that is valid whatever a file name holds.
$(BUILD)/obj/check/say/%.o $(BUILD)/lto/check/say/%.o: ALL_CFLAGS += $(JSON_CFLAGS)
JSON_CFLAGS := $(shell $(PKG_CONFIG) --cflags jansson)
