# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The port's sources, for the Makefile of whoever embeds it, beside src/sources.mk:
# -march=armv4t or later, -marm, and this tree and its include/ on the include path.
COHERER_ARM926_SRC := ports/arm926/cache_type.c ports/arm926/port.c
