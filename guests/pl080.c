// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include "lib.h"
#include "pl080.h"

#define DMA		    0x10130000u
#define DMA_ENABLED	    (DMA + 0x01c) /* one bit a channel, cleared at its end */
#define DMA_CONFIGURATION   (DMA + 0x030)
#define CHANNEL_SOURCE	    (DMA + 0x100)
#define CHANNEL_DESTINATION (DMA + 0x104)
#define CHANNEL_NEXT	    (DMA + 0x108)
#define CHANNEL_CONTROL	    (DMA + 0x10c)
#define CHANNEL_CONFIG	    (DMA + 0x110)

#define ENABLE		      1u
#define DESTINATION_ADVANCES  (1u << 27)
#define SOURCE_ADVANCES	      (1u << 26)
#define DESTINATION_WORDS     (2u << 21)
#define SOURCE_WORDS	      (2u << 18)
#define FLOW_MEMORY_TO_MEMORY (0u << 11)

void dma_copy(uint32_t destination, uint32_t source, uint32_t bytes)
{
	WORD(DMA_CONFIGURATION) = ENABLE;
	WORD(CHANNEL_SOURCE) = source;
	WORD(CHANNEL_DESTINATION) = destination;
	WORD(CHANNEL_NEXT) = 0;
	WORD(CHANNEL_CONTROL) = DESTINATION_ADVANCES | SOURCE_ADVANCES | DESTINATION_WORDS |
				SOURCE_WORDS | bytes / 4;
	WORD(CHANNEL_CONFIG) = FLOW_MEMORY_TO_MEMORY | ENABLE;
	while (WORD(DMA_ENABLED) & 1)
		;
}
