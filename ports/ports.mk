# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Of the ports only the simulated one is built for this machine.  ports/arm926 is built with
# examples/minikernel, ports/linux inside Linux; ports/template is compiled by check-freestanding.

SIM_SRC := $(wildcard ports/sim/*.c)

$(LIB)/libsim.a: $(SIM_SRC:%.c=$(BUILD)/obj/%.o)

# What of ports/arm926 runs on a host: the decoding of ID registers.  For its test.
$(LIB)/libarm926.a: $(BUILD)/obj/ports/arm926/cache_type.o

$(BUILD)/obj/ports/%.o: ALL_CFLAGS += -Iinclude
