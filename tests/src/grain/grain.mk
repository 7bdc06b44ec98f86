# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Other contexts at every load and store of the layer: tests/src/grain/grain.h.  The layer is the
# one that tells of each access (ports/sim/hook).

GRAIN := $(UNIT)/src/grain/grain
GRAIN_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/src/grain/*.c))
GRAIN_LIBS := $(addprefix $(LIB)/,libsim.a libcoherer-hook.a libmodel.a)

$(GRAIN): $(GRAIN_OBJ) $(GRAIN_LIBS)
	@mkdir -p $(@D); echo "  LD    $@"; $(CC) $(CFLAGS) -o $@ $^

.PHONY: check-grain check-grain-long check-grain-faults

check-grain: $(GRAIN) ## the layer, interrupted twice at every load and store
	@$(GRAIN) -o '*,rmap,*,stay'

check-grain-faults: $(GRAIN) ## the faults that the layer had, put back: the search finds each
	@tests/src/grain/put-back.sh $(BUILD)

check-grain-long: $(GRAIN) ## the same under lazy too, and with lines written back at once; and at random, more often
	@$(GRAIN)
	@$(GRAIN) -r 1 20000
