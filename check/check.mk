# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# coherer check: language, policies, system, search, say.

POLICIES_SRC := $(wildcard check/policies/*.c)
CHECK_SRC := $(filter-out $(POLICIES_SRC),$(wildcard check/*/*.c))

$(LIB)/libcheck.a: $(CHECK_SRC:%.c=$(BUILD)/obj/%.o)

# The policies to compare with are compiled as the layer is, whose parts they are made of.
$(LIB)/libpolicies.a: $(POLICIES_SRC:%.c=$(BUILD)/obj/%.o)

# The layer that tells of its accesses has them in it.
$(LIB)/libcoherer-hook.a: $(POLICIES_SRC:%.c=$(BUILD)/hook/%.o)

$(BUILD)/obj/check/policies/%.o: check/policies/%.c
	@mkdir -p $(@D); echo "  CC    $<"; $(CC) $(LAYER_CFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/obj/check/%.o $(BUILD)/lto/check/%.o: ALL_CFLAGS += -Iinclude
# jansson: JSON that is valid whatever a file name holds.
$(BUILD)/obj/check/say/%.o $(BUILD)/lto/check/say/%.o: ALL_CFLAGS += $(JSON_CFLAGS)
JSON_CFLAGS := $(shell $(PKG_CONFIG) --cflags jansson)
