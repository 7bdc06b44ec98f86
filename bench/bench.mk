# SPDX-License-Identifier: GPL-2.0-or-later
#
# Measurements, as ratios to what they are compared with, in one run.  Not tests:
# nothing here passes or fails.

BENCH_ROUNDS ?= 3

bench: bench-watch ## all measurements

# Needs the stock kernel: `make linux-stock` builds it once.
bench-watch: all $(BUILD)/bench/empty.so linux-stock ## Linux: QEMU alone, an empty plugin, coherer
	bench/watch.py --rounds $(BENCH_ROUNDS)

$(BUILD)/bench/empty.so: bench/empty.c watch/qemu.h
	@mkdir -p $(@D); $(CC) $(ALL_CFLAGS) $(CFLAGS) $(PLUGIN_CFLAGS) -shared -o $@ $<
