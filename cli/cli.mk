# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The program coherer: one file a subcommand, above check/ and watch/runner.

CLI_SRC := $(wildcard cli/*.c)

$(BUILD)/coherer: $(patsubst %.c,$(BUILD)/obj/%.o,$(CLI_SRC) $(RUNNER_SRC)) \
		$(patsubst %.c,$(BUILD)/lto/%.o,$(CHECK_SRC) $(MODEL_SRC)) \
		$(addprefix $(LIB)/,libsim.a libcoherer-hook.a)
	@echo "  LD    $@"; $(CC) $(CFLAGS) $(LDFLAGS) -O3 -flto=auto -o $@ $^ $(RUNNER_LIBS)

$(BUILD)/obj/cli/%.o: ALL_CFLAGS += $(RUNNER_CFLAGS)
