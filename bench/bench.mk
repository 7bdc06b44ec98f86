# SPDX-License-Identifier: GPL-2.0-or-later
#
# Measurements, as ratios to what they are compared with, in one run.  Not tests:
# nothing here passes or fails, but check-bench.

BENCH_ROUNDS ?= 3

.PHONY: bench bench-watch bench-layer bench-check bench-linux

bench: bench-watch bench-layer bench-check bench-linux ## all measurements

bench-check: $(BUILD)/coherer ## the explorer beside Spin, on the same systems
	@scripts/setup.sh bench
	@bench/check.py $(BUILD)/coherer

# Says which bars are missed; that is no failure.
bench-layer: $(BUILD)/bench/layer $(BUILD)/bench/operations ## the layer: flush, link, overhead, operations
	@$(BUILD)/bench/layer
	@$(BUILD)/bench/operations

# Not what it measures, but that it still does.
.PHONY: check-bench
check-bench: $(BUILD)/bench/layer ## that bench-layer runs
	@echo "  RUN   bench/layer"; $(BUILD)/bench/layer >$(BUILD)/bench/layer.out

LAYER_LIBS := $(addprefix $(LIB)/,libsim.a libpolicies.a libcoherer.a libmodel.a)

$(BUILD)/bench/layer: $(BUILD)/obj/bench/layer.o $(LAYER_LIBS)
$(BUILD)/bench/operations: $(BUILD)/obj/bench/operations.o \
		$(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out %_test.c,$(wildcard tests/scenarios/*.c))) $(LAYER_LIBS)
$(BUILD)/bench/layer $(BUILD)/bench/operations:
	@mkdir -p $(@D); $(CC) $(CFLAGS) -o $@ $^

$(BUILD)/obj/bench/%.o: ALL_CFLAGS += -Iinclude

# Needs the stock kernel: `make linux-stock` builds it once.
bench-watch: all $(BUILD)/bench/empty.so linux-stock ## Linux: QEMU alone, an empty plugin, coherer
	bench/watch.py --rounds $(BENCH_ROUNDS)

# Needs the kernel with the layer as well.  Says which bars are missed; that is no failure.
bench-linux: all $(BUILD)/bench/instructions.so linux-stock ## Linux: the layer beside Linux's own cache functions
	$(LINUX_DIR)/kernel.sh coherer
	bench/linux.py --rounds $(BENCH_ROUNDS)

$(BUILD)/bench/%.so: bench/%.c watch/plugin/qemu.h
	@mkdir -p $(@D); $(CC) $(ALL_CFLAGS) $(CFLAGS) $(PLUGIN_CFLAGS) -shared -o $@ $<
