# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Bare-metal guests for QEMU's versatilepb board.  guests/NAME.c is built twice:
# build/guests/NAME.elf (right) and build/guests/NAME-bug.elf (-DPLANTED).

GUESTS := $(patsubst guests/%.expect,%,$(wildcard guests/*.expect))
# Not scenarios: they execute random words and do not end.  The number is the seed,
# any other can be made: build/guests/noise-7.elf.
NOISE := noise-1 noise-privileged-1

GUEST_CC ?= arm-linux-gnueabi-gcc
GUEST_QEMU ?= qemu-system-arm
# The name of a file, in debug information too, is the one seen from the top.
# One call, one frame: a call chain shows every function.
GUEST_CFLAGS := -std=gnu11 -marm -march=armv4 -mfloat-abi=soft -O2 -g -Wall -Wextra -Werror \
	-ffreestanding -fno-pic -fno-stack-protector -fno-optimize-sibling-calls \
	-ffile-prefix-map=$(CURDIR)=
GUEST_LDFLAGS := -nostdlib -static -no-pie -T guests/guest.ld -Wl,--build-id=none \
	-Wl,-z,noexecstack -Wl,--no-warn-rwx-segments
GUEST_RUN := -M versatilepb -m 32 -nographic -no-reboot -audio none -monitor none -serial stdio

guest-out := build/guests
guest-elfs := $(foreach name,$(GUESTS),$(guest-out)/$(name).elf $(guest-out)/$(name)-bug.elf)
noise-elfs := $(NOISE:%=$(guest-out)/%.elf)
guest-lib := $(addprefix $(guest-out)/,start.o lib.o cache.o pl080.o)
noise-sources := guests/noise.c guests/noise.S
noise-lib := $(addprefix $(guest-out)/,lib.o cache.o)
guest-compile = @mkdir -p $(@D) && $(GUEST_CC) $(GUEST_CFLAGS) -MMD -MP -c -o $@ $<
guest-link = @echo "  GUEST $(notdir $@)"; $(GUEST_CC) $(GUEST_LDFLAGS) -o $@ $(filter %.o,$^) -lgcc
noise-link = @echo "  GUEST $(notdir $@)"; $(GUEST_CC) $(GUEST_CFLAGS) $(GUEST_LDFLAGS) \
	-o $@ $(noise-sources) $(noise-lib) -lgcc

.PHONY: guests check-guests-plain
guests: $(guest-elfs) $(noise-elfs) ## build the bare-metal guests

$(guest-out)/%-bug.o: guests/%.c guests/guests.mk
	$(guest-compile) -DPLANTED

$(guest-out)/%.o: guests/%.c guests/guests.mk
	$(guest-compile)

$(guest-out)/%.o: guests/%.S guests/guests.mk
	$(guest-compile)

$(guest-elfs): %.elf: %.o $(guest-lib) guests/guest.ld
	$(guest-link)

$(guest-out)/noise-%.elf: $(noise-sources) $(noise-lib) guests/lib.h guests/guest.ld guests/guests.mk
	$(noise-link) -DSEED=$*

$(guest-out)/noise-privileged-%.elf: $(noise-sources) $(noise-lib) guests/lib.h guests/guest.ld guests/guests.mk
	$(noise-link) -DSEED=$* -DPRIVILEGED

# QEMU has no caches: right or planted, a guest must read the right values.
check-guests-plain: guests ## the guests under QEMU alone: both of a pair read the right values
	@failed=0; \
	for name in $(GUESTS); do for elf in $$name $$name-bug; do \
		core=$$(sed -n 's/^ \* Core: //p' guests/$$name.c); \
		text=$$(timeout 900 $(GUEST_QEMU) $(GUEST_RUN) $${core:+-cpu $$core} -kernel $(guest-out)/$$elf.elf \
			</dev/null 2>/dev/null); code=$$?; \
		if [ "$$code" = 0 ] && [ "$$text" = "$$name: ok$$(printf '\ndone')" ]; then \
			echo "ok   $$elf"; \
		else \
			echo "FAIL $$elf: exit code $$code"; echo "$$text"; failed=1; \
		fi; \
	done; done; exit $$failed

-include $(wildcard $(guest-out)/*.d)
