# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# `make help` lists the targets.  All artefacts go under build/.
#
# This file has what all rooms share: flags, one pattern rule for each way to compile, and the
# targets that people type.  What a room is made of stands in its own fragment, ROOM/ROOM.mk.
# Sources are found by wildcards: a new file needs no line anywhere, but in ports/arm926/arm926.mk
# (which others include) and tests/fuzz/fuzz.mk.  Targets with ## are what help lists.

VERSION := 0.1.0
prefix ?= /usr/local
bindir = $(prefix)/bin
libdir = $(prefix)/lib
mandir = $(prefix)/share/man/man1
bashdir = $(prefix)/share/bash-completion/completions
zshdir = $(prefix)/share/zsh/vendor-completions
CC ?= gcc
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
BUILD := build
LIB := $(BUILD)/lib

WARN := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla
ALL_CFLAGS := -std=gnu11 $(WARN) -I. -MMD -MP -DCOHERER_VERSION='"$(VERSION)"'

.DEFAULT_GOAL := all
.PHONY: all lib help demo setup check install uninstall dist package clean format

all: ## build/coherer, the plugin, the libraries
all: $(BUILD)/coherer $(BUILD)/libcoherer-watch.so lib

# Five archives, so that who links them gets what it calls, and nobody keeps a list.
lib: ## build/lib: the layer, the simulated port, the model, the checker, more policies
lib: $(addprefix $(LIB)/,libcoherer.a libsim.a libmodel.a libcheck.a libpolicies.a)

# ---- the ways to compile: build/WAY/PATH.o from PATH.c ----

# obj: for a program or a test.
$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $<"; $(CC) $(ALL_CFLAGS) $(CFLAGS) -c -o $@ $<

# pic: for the plugin, which is loaded into QEMU.
$(BUILD)/pic/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (plugin)"; $(CC) $(ALL_CFLAGS) $(CFLAGS) $(PLUGIN_CFLAGS) -c -o $@ $<

# lto: for the explorer, whose inner loop goes to and fro between check/ and model/.
$(BUILD)/lto/%.o: %.c
	@mkdir -p $(@D); echo "  CC    $< (lto)"; $(CC) $(ALL_CFLAGS) $(CFLAGS) -O3 -flto -c -o $@ $<

# Made anew, so that the object of a source that is gone does not stay.
$(LIB)/%.a:
	@mkdir -p $(@D); echo "  AR    $@"; rm -f $@; $(AR) rcs $@ $(filter %.o,$^)

# ---- the rooms, from the bottom up ----

include model/model.mk src/src.mk ports/ports.mk check/check.mk watch/watch.mk cli/cli.mk
include guests/guests.mk guests/linux/linux.mk guests/debian/debian.mk examples/examples.mk
include tests/tests.mk tests/fuzz/fuzz.mk bench/bench.mk

# What the compiler found out about headers.
-include $(foreach way,obj pic lto hook trace,$(foreach depth,* */* */*/* */*/*/*,$(wildcard $(BUILD)/$(way)/$(depth).d)))

# ---- what people type ----

help: ## list the targets
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(filter %Makefile %.mk,$(MAKEFILE_LIST)) | sort | \
		awk -F'\t' '{ printf "  %-20s %s\n", $$1, $$2 }'

setup: ## install the Debian packages that building and testing need
	scripts/setup.sh

demo: ## build, run a guest with a planted bug, print the report
	@scripts/setup.sh
	@$(MAKE) --no-print-directory all guests
	@scripts/demo.sh

check: ## all tests but those that need a Linux kernel
check: check-headers check-layers check-freestanding check-unit check-grain check-grain-faults check-sanitize check-torture \
	check-litmus check-advice check-cli check-docs check-bench check-examples check-guests check-setup check-linux-scripts check-arm926
	@echo "all checks passed"

install: all ## install below DESTDIR and prefix (default /usr/local)
	install -d $(DESTDIR)$(bindir) $(DESTDIR)$(prefix)/lib/coherer $(DESTDIR)$(libdir)/pkgconfig \
		$(DESTDIR)$(prefix)/include/coherer $(DESTDIR)$(mandir) $(DESTDIR)$(bashdir) $(DESTDIR)$(zshdir)
	install -m 755 $(BUILD)/coherer $(DESTDIR)$(bindir)/
	install -m 644 $(BUILD)/libcoherer-watch.so $(DESTDIR)$(prefix)/lib/coherer/
	install -m 644 $(LIB)/libcoherer.a $(DESTDIR)$(libdir)/
	sed -e 's|@prefix@|$(prefix)|; s|@libdir@|$(libdir)|; s|@version@|$(VERSION)|' packaging/coherer.pc.in \
		>$(DESTDIR)$(libdir)/pkgconfig/coherer.pc
	install -m 644 include/coherer/*.h $(DESTDIR)$(prefix)/include/coherer/
	install -m 644 docs/man/*.1 $(DESTDIR)$(mandir)/
	install -m 644 packaging/completion/coherer.bash $(DESTDIR)$(bashdir)/coherer
	install -m 644 packaging/completion/_coherer $(DESTDIR)$(zshdir)/

uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(bindir)/coherer $(addprefix $(DESTDIR)$(mandir)/,$(notdir $(wildcard docs/man/*.1)))
	rm -f $(DESTDIR)$(libdir)/libcoherer.a $(DESTDIR)$(libdir)/pkgconfig/coherer.pc
	rm -f $(DESTDIR)$(bashdir)/coherer $(DESTDIR)$(zshdir)/_coherer
	rm -rf $(DESTDIR)$(prefix)/lib/coherer $(DESTDIR)$(prefix)/include/coherer

dist: ## the source of the last commit, as build/coherer-VERSION.tar.gz
	@mkdir -p $(BUILD)
	git archive --prefix=coherer-$(VERSION)/ HEAD | gzip -n >$(BUILD)/coherer-$(VERSION).tar.gz
	@echo "$(BUILD)/coherer-$(VERSION).tar.gz"

package: ## Debian packages, in build/debian-packages; lintian
	@packaging/debian.sh
	@packaging/embed-test.sh
	@packaging/completion-test.sh

format: ## rewrite our C as .clang-format says
	clang-format -i $$(git ls-files '*.c' '*.h')

clean: ## remove what was built here, but for the cached kernels and disks
	[ ! -d $(BUILD) ] || find $(BUILD) -mindepth 1 -maxdepth 1 ! -name linux ! -name debian -exec rm -rf {} +
