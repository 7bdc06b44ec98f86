# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The example kernel on ports/arm926: build/minikernel/minikernel.bin, which a boot loader (or
# QEMU's -kernel) starts as it starts Linux, and minikernel.elf, its symbols.

include ports/arm926/arm926.mk

MINI := $(BUILD)/minikernel
MINI_CC ?= arm-linux-gnueabi-gcc
MINI_OBJCOPY ?= arm-linux-gnueabi-objcopy
# The oldest architecture that the port serves.  One call, one frame: a call chain shows each
# function.  No libgcc: Debian's is for ARMv5.
MINI_CFLAGS := -marm -march=armv4t -mfloat-abi=soft -O2 -g $(WARN) -ffreestanding -fno-pic \
	-fno-stack-protector -fno-optimize-sibling-calls -ffile-prefix-map=$(CURDIR)= -Iinclude -I. -MMD -MP
MINI_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,noexecstack \
	-Wl,--no-warn-rwx-segments

MINI_DIR := examples/minikernel
MINI_SRC := $(wildcard $(MINI_DIR)/*.c) $(COHERER_ARM926_SRC) $(COHERER_SRC) $(POLICIES_SRC)
MINI_OBJ := $(addprefix $(MINI)/,$(patsubst %.c,%.o,$(MINI_SRC)) \
	$(patsubst %.S,%.o,$(wildcard $(MINI_DIR)/*.S)))
MINI_USER_OBJ := $(addprefix $(MINI)/$(MINI_DIR)/user/,crt.o user.o)

.PHONY: minikernel check-arm926
minikernel: $(MINI)/minikernel.bin ## build the example kernel for ARMv4 and v5

$(MINI)/src/%.o: src/%.c $(MINI_DIR)/minikernel.mk
	@mkdir -p $(@D); $(MINI_CC) -std=c11 $(MINI_CFLAGS) -c -o $@ $<

$(MINI)/check/policies/%.o: check/policies/%.c $(MINI_DIR)/minikernel.mk
	@mkdir -p $(@D); $(MINI_CC) -std=c11 $(MINI_CFLAGS) -c -o $@ $<

$(MINI)/%.o: %.c $(MINI_DIR)/minikernel.mk
	@mkdir -p $(@D); $(MINI_CC) -std=gnu11 $(MINI_CFLAGS) -c -o $@ $<

$(MINI)/%.o: %.S $(MINI_DIR)/minikernel.mk
	@mkdir -p $(@D); $(MINI_CC) $(MINI_CFLAGS) -DUSER_IMAGE='"$(MINI)/user.bin"' -c -o $@ $<

$(MINI)/$(MINI_DIR)/image.o: $(MINI)/user.bin

$(MINI)/user.elf: $(MINI_USER_OBJ) $(MINI_DIR)/user/user.ld
	@echo "  LD    $@"; $(MINI_CC) $(MINI_LDFLAGS) -T $(MINI_DIR)/user/user.ld -o $@ $(MINI_USER_OBJ)

$(MINI)/minikernel.elf: $(MINI_OBJ) $(MINI_DIR)/kernel.ld
	@echo "  LD    $@"; $(MINI_CC) $(MINI_LDFLAGS) -T $(MINI_DIR)/kernel.ld -o $@ $(MINI_OBJ)

$(MINI)/%.bin: $(MINI)/%.elf
	@$(MINI_OBJCOPY) -O binary $< $@

check-arm926: all minikernel ## the example kernel: plain, watched, and with each operation silenced
	@tests/ports/arm926/arm926.sh

-include $(MINI_OBJ:.o=.d) $(MINI_USER_OBJ:.o=.d)
