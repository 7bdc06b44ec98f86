# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# What caches do.  Compiled three times: for tests, into the plugin, into the explorer.

MODEL_SRC := $(wildcard model/*.c)

$(LIB)/libmodel.a: $(MODEL_SRC:%.c=$(BUILD)/obj/%.o)
