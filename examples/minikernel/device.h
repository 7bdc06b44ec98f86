/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* A register of a device, by its offset from DEVICES_PA. */
#ifndef MINIKERNEL_DEVICE_H
#define MINIKERNEL_DEVICE_H

#include <stdint.h>

#include "examples/minikernel/board.h"

#define DEVICE(offset) (*(volatile uint32_t *)(DEVICES + (offset)))

#endif
