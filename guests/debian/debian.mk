# SPDX-License-Identifier: GPL-2.0-or-later
#
# A stock Linux with Debian's own user space under coherer watch.  The scripts know
# themselves what is up to date, so these targets always run them.

DEBIAN_DIR := guests/debian
DEBIAN_PLANTS := $(patsubst $(DEBIAN_DIR)/plant/%.edit,%,$(wildcard $(DEBIAN_DIR)/plant/*.edit))
# What reaches the disks and the network cards.
DEBIAN_PLANT_TESTS := raw-scsi,net-tftp

.PHONY: debian-images check-debian check-debian-short

debian-images: ## build the kernel and the disks with Debian's armel user space
	scripts/setup.sh debian
	guests/linux/kernel.sh debian
	$(DEBIAN_DIR)/image.sh

check-debian: all debian-images ## Linux with Debian's user space under coherer watch: only true reports
	$(DEBIAN_DIR)/check.sh plain iommu
	set -e; for bug in $(DEBIAN_PLANTS); do guests/linux/kernel.sh $$bug; \
		$(DEBIAN_DIR)/check.sh --plant $$bug --tests $(DEBIAN_PLANT_TESTS) plain; done

check-debian-short: all debian-images ## the same, a part of the tests
	$(DEBIAN_DIR)/check.sh --tests short iommu
