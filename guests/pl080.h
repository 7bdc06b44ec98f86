/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* The board's DMA controller, an ARM PrimeCell PL080. */
#ifndef GUESTS_PL080_H
#define GUESTS_PL080_H

#include <stdint.h>

/* Copies words from memory to memory and waits for the end.  Physical addresses;
 * bytes is a multiple of 4, less than 16 KiB.  No cache maintenance. */
void dma_copy(uint32_t destination, uint32_t source, uint32_t bytes);

#endif
