# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# What caches do.  Knows neither QEMU nor an instruction set nor the layer, so that it can be
# tested here against a reference, and several parts of the project can judge with it.
# Compiled three times: for tests, into the plugin, into the explorer.

MODEL_SRC := $(wildcard model/*.c)

$(LIB)/libmodel.a: $(MODEL_SRC:%.c=$(BUILD)/obj/%.o)
