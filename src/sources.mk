# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The layer's sources, for the Makefile of whoever embeds it:
#
#	include third_party/coherer/src/sources.mk
#	objects += $(COHERER_SRC:.c=.o)
#	CFLAGS += -Ithird_party/coherer/include -Ithird_party/coherer
#
# The paths are relative to where make runs; set COHERER_SRC_DIR before the
# include (with its slash, or empty) where they shall be relative to something else.
# Any GCC or Clang, -std=c11 -ffreestanding or newer.  What is linked from an
# archive is what is called: the policies that are not named stay out.
coherer_src_here := $(dir $(lastword $(MAKEFILE_LIST)))
ifeq ($(origin COHERER_SRC_DIR),undefined)
COHERER_SRC_DIR := $(coherer_src_here)
endif

COHERER_SRC := $(addprefix $(COHERER_SRC_DIR),$(notdir $(wildcard $(coherer_src_here)*.c)))
