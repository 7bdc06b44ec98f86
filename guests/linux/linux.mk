# SPDX-License-Identifier: GPL-2.0-or-later
#
# A real Linux kernel under coherer watch.  The scripts know themselves what is
# up to date, so these targets always run them.
#
#	make check-linux                         stock, xscale and every planted bug
#	make check-linux PLANTS="mremap unmap"   stock and these

LINUX_DIR := guests/linux
PLANTS ?= $(patsubst $(LINUX_DIR)/plant/%.edit,%,$(wildcard $(LINUX_DIR)/plant/*.edit))

.PHONY: linux-stock linux-images linux-setup check-linux check-linux-scripts

linux-setup: ## install what building and booting a Linux kernel needs
	scripts/setup.sh linux

linux-stock: linux-setup ## build the stock kernel and the initramfs
	$(LINUX_DIR)/kernel.sh stock
	$(LINUX_DIR)/initramfs.sh

linux-images: linux-stock ## build the stock kernel and those with planted bugs (PLANTS="...")
	set -e; for name in $(PLANTS); do $(LINUX_DIR)/kernel.sh $$name; done

# kernel.sh builds the kernel that a bug is planted in.
XSCALE := $(if $(filter xscale-%,$(PLANTS)),xscale xscale-threads)

# The top Makefile's `all` makes build/coherer and the plugin.
check-linux: all linux-images ## Linux under coherer watch: stock, its holes, XScale, every planted bug
	$(LINUX_DIR)/check.sh stock holes hole-migrate $(XSCALE) $(PLANTS) \
		$(if $(filter mremap,$(PLANTS)),mremap-redundant) \
		$(patsubst %,%-groups,$(filter switch-mm clean-pte,$(PLANTS)))

# What of the above can be tested in seconds, without a kernel: for `make check`.
check-linux-scripts: ## the scripts of guests/linux, without a kernel
	$(LINUX_DIR)/selftest.sh

.PHONY: check-linux-layer check-linux-locks stress-linux-layer

# ports/linux: the layer in the place of ARM's flush code.
check-linux-layer: all linux-stock ## Linux with the layer under coherer watch: policies, omissions
	$(LINUX_DIR)/kernel.sh coherer
	$(LINUX_DIR)/kernel.sh irqsave
	$(LINUX_DIR)/check.sh coherer coherer-holes
	$(LINUX_DIR)/check-aio.sh stock irqsave coherer
	ports/linux/check.sh

check-linux-locks: all linux-stock ## Linux with lock debugging and preemption, stock and with the layer (builds two kernels)
	$(LINUX_DIR)/kernel.sh stock-debug
	$(LINUX_DIR)/kernel.sh coherer-debug
	$(LINUX_DIR)/check-locks.sh stock coherer
	$(LINUX_DIR)/check.sh coherer-debug

# MINUTES=30 of each: the workload in a loop, in one boot.
stress-linux-layer: all linux-stock ## Linux with the layer, in a loop: under coherer watch, with lock debugging
	$(LINUX_DIR)/kernel.sh coherer
	$(LINUX_DIR)/kernel.sh coherer-debug
	ports/linux/stress.sh

.PHONY: check-linux-fixes check-linux-fixes-6.12

# ports/linux/fixes: stock Linux, repaired without the layer.
check-linux-fixes: all linux-stock ## Linux without and with the repairs of ports/linux/fixes (builds seven kernels)
	set -e; for name in fixed fixed-debug mini-cache bio-copy-kern; do \
		$(LINUX_DIR)/kernel.sh $$name; done
	ports/linux/fixes/check.sh

check-linux-fixes-6.12: all linux-stock ## the same on Linux 6.12 (builds two kernels)
	scripts/setup.sh linux-6.12
	set -e; for name in stock-6.12 fixed-6.12; do $(LINUX_DIR)/kernel.sh $$name; done
	ports/linux/fixes/check.sh --series 6.12
