# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The tests.  Each tests/unit/NAME_test.c is a cmocka program; what it links is
# named here.

UNIT := $(BUILD)/tests
MODEL_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(MODEL_SRC))
RUNNER_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(RUNNER_SRC))
# Words and symbols for the reports come with the model's names of things.
REPORT_OBJ := $(RUNNER_OBJ) $(MODEL_OBJ)

UNIT_TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*_test.c))
UNIT_BIN := $(UNIT_TESTS:%=$(UNIT)/%)

check: ## all tests but those that need a Linux kernel
check: check-headers check-layers check-unit check-sanitize check-guests check-setup \
	check-linux-scripts
	@echo "all checks passed"

check-unit: $(UNIT_BIN) ## the unit tests
	@set -e; for t in $(UNIT_BIN); do echo "  TEST  $$(basename $$t)"; $$t; done

$(UNIT)/cpus_test: $(MODEL_OBJ)
$(UNIT)/shadow_test: $(MODEL_OBJ)
$(UNIT)/shadow_bounds_test: $(MODEL_OBJ)
$(UNIT)/shadow_random_test: $(MODEL_OBJ) $(BUILD)/obj/tests/unit/reference.o
$(UNIT)/decode_test: $(BUILD)/obj/watch/decode_arm.o
$(UNIT)/mmu_test: $(BUILD)/obj/watch/mmu_arm.o
$(UNIT)/report_test $(UNIT)/suppress_test $(UNIT)/symbols_test: $(REPORT_OBJ)

$(UNIT_BIN): $(UNIT)/%: $(BUILD)/obj/tests/unit/%.o
	@mkdir -p $(@D); $(CC) $(CFLAGS) -o $@ $^ $(RUNNER_LIBS) -lcmocka

# The same tests with every byte and every shift watched.
check-sanitize: ## the unit tests under ASan and UBSan
	@$(MAKE) --no-print-directory BUILD=build/sanitize \
		CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all" check-unit

PUBLIC_HEADERS := $(wildcard include/coherer/*.h) model/ops.h model/cpus.h model/shadow.h
check-headers: ## each public header alone, as C and as C++
	@set -e; for h in $(PUBLIC_HEADERS); do \
		echo "  HDR   $$h"; \
		$(CC) -std=c11 $(WARN) -I. -fsyntax-only -x c $$h; \
		$(CXX) -std=c++17 -Wall -Wextra -Werror -I. -fsyntax-only -x c++ $$h; done

check-layers: ## who may include whom
	@scripts/check-layers.sh

check-guests: all guests ## the guests under coherer watch, reports compared exactly
	@tests/guests.sh

check-setup: all guests ## bad input: each a clear message and its exit code
	@tests/bad-input.sh

-include $(wildcard $(BUILD)/obj/tests/unit/*.d)
