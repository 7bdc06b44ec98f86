# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Fuzzing with clang's libFuzzer, under ASan and UBSan, and guests of garbage.
# tests/fuzz/NAME_fuzz.c is a target, tests/fuzz/corpus/NAME/ its seeds; what it
# learns and finds stays below build/fuzz/NAME/.

FUZZ_SECONDS ?= 60
FUZZ_CC ?= clang
FUZZ_CFLAGS := -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	-Wall -Wextra -I. -DCOHERER_VERSION='"$(VERSION)"'

FUZZ_OUT := $(BUILD)/fuzz
FUZZ := $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))

# What each target is made of, from source: the objects of build/ have no sanitizer.
$(FUZZ_OUT)/decode_fuzz: $(wildcard watch/target/*.c) $(MODEL_SRC)
$(FUZZ_OUT)/shadow_fuzz: $(MODEL_SRC)
$(FUZZ_OUT)/suppress_fuzz: watch/runner/suppress.c
$(FUZZ_OUT)/wire_fuzz: $(RUNNER_SRC) $(MODEL_SRC)
$(FUZZ_OUT)/litmus_fuzz: $(CHECK_SRC) $(POLICIES_SRC) $(SIM_SRC) $(COHERER_SRC) $(MODEL_SRC)
$(FUZZ_OUT)/litmus_fuzz: FUZZ_CFLAGS += -Iinclude
# Symbols for the findings, so that the call chain is looked for as well.
fuzz-elf := $(BUILD)/guests/user-kernel-bug.elf

.PHONY: fuzz check-noise fuzz-tools

fuzz: ## fuzz the parsers and the shadow for FUZZ_SECONDS (default 60) each
fuzz: fuzz-tools $(FUZZ:%=$(FUZZ_OUT)/%_fuzz) $(fuzz-elf)
	@set -e; for name in $(FUZZ); do \
		mkdir -p $(FUZZ_OUT)/$$name/corpus tests/fuzz/corpus/$$name; \
		echo "  FUZZ  $$name, $(FUZZ_SECONDS) s"; \
		COHERER_FUZZ_ELF=$(fuzz-elf) $(FUZZ_OUT)/$${name}_fuzz \
			-max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 \
			-max_len=16384 -print_final_stats=1 \
			-artifact_prefix=$(FUZZ_OUT)/$$name/ \
			$(FUZZ_OUT)/$$name/corpus tests/fuzz/corpus/$$name \
			>$(FUZZ_OUT)/$$name/log 2>&1 || { \
			tail -n 60 $(FUZZ_OUT)/$$name/log; \
			echo "fuzz: $$name: the input is in $(FUZZ_OUT)/$$name/" >&2; exit 1; }; \
		sed -n 's/^stat::number_of_executed_units: */        executions: /p' \
			$(FUZZ_OUT)/$$name/log; \
	done; echo "no findings"

# A link shows all that is needed at once: the compiler and its fuzzer's library.
fuzz-tools:
	@mkdir -p $(FUZZ_OUT); \
	echo 'int LLVMFuzzerTestOneInput(const char *p, long n) { return !p && n; }' | \
		$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -x c -o $(FUZZ_OUT)/probe - \
			2>$(FUZZ_OUT)/probe.log || { \
		echo "fuzz: $(FUZZ_CC) cannot build a fuzzer; Debian 12's packages for that are" \
			"clang and libclang-rt-14-dev (scripts/setup.sh fuzz)" >&2; \
		sed 's/^/  /' $(FUZZ_OUT)/probe.log >&2; exit 2; }

$(FUZZ:%=$(FUZZ_OUT)/%_fuzz): $(FUZZ_OUT)/%_fuzz: tests/fuzz/%_fuzz.c \
		$(wildcard tests/fuzz/*.h model/*.h watch/*.h watch/*/*.h check/*/*.h) | fuzz-tools
	@mkdir -p $(@D); echo "  FUZZ  $@"; \
	$(FUZZ_CC) $(FUZZ_CFLAGS) $(RUNNER_CFLAGS) -o $@ $(filter %.c,$^) $(RUNNER_LIBS)

check-noise: all guests ## bad input, the garbage for 60 s a guest
	@tests/watch/bad-input.sh --seconds 60
