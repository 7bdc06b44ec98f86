// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * A disk without DMA, as IDE disks once were: when a transfer is due it interrupts, and the
 * handler moves the data by the CPU, between the page's kernel address and the device.
 *
 * There is no such device on the board.  The medium is a megabyte of RAM that no cached mapping
 * shows; the interrupt is a timer's.  What matters is real: an interrupt handler, at
 * any instruction of the kernel, loads from and stores to pages that users have mapped.
 */
#include "examples/minikernel/kernel.h"

#define LATENCY	    20u /* microseconds */
#define STORM_LEAST 4u
#define STORM_MASK  511u /* long enough for users to store something in between */
#define HALF	    (PAGE_WORDS / 2)

/* A page, or a part of it; offset and length in words. */
struct request {
	struct page *page;
	uint32_t block, first, words;
	bool write;
	bool amid; /* the interrupted code is between the two halves of an update of its map */
};

static struct request *volatile pending;
static struct storm *volatile storm;
static uint32_t random_state = 1;

static volatile uint32_t *block_address(uint32_t block)
{
	if (block >= DISK_BLOCKS)
		panic("no such block:", block);
	return (volatile uint32_t *)PLATTER + block * PAGE_WORDS;
}

/* ------------------------------------------------------------------------
 * In the interrupt.
 */

static void flush(const struct request *r)
{
	if (silenced_hook == HOOK_flush_in_interrupt)
		return;
	if (silenced_hook == HOOK_flush_amid && r->amid)
		return;
	LAYER(flush_dcache_page, &r->page->coh);
}

static void pio_in(const struct request *r)
{
	const volatile uint32_t *from = block_address(r->block);
	uint32_t *k = page_kernel(r->page);

	flush(r);
	for (uint32_t i = r->first; i < r->first + r->words; i++)
		k[i] = from[i];
	flush(r);
}

static void pio_out(const struct request *r)
{
	volatile uint32_t *to = block_address(r->block);
	const uint32_t *k = page_kernel(r->page);

	flush(r);
	for (uint32_t i = r->first; i < r->first + r->words; i++)
		to[i] = k[i];
}

static void transfer(const struct request *r)
{
	if (r->write)
		pio_out(r);
	else
		pio_in(r);
}

static uint32_t next_delay(void)
{
	random_state = random_state * 1103515245u + 12345u;
	return STORM_LEAST + (random_state >> 16 & STORM_MASK);
}

static void storm_page(struct storm *s, uint32_t i)
{
	volatile uint32_t *block = block_address(s->block + i);
	struct request r = { .page = s->page[i], .block = s->block + i, .words = HALF };

	r.amid = s->map[i]->sequence & 1;
	s->amid[i] += r.amid && s->dirty;
	for (uint32_t w = HALF; w < PAGE_WORDS; w++)
		block[w] = pattern(s->seed, w);
	r.write = true;
	transfer(&r);
	r.write = false;
	r.first = HALF;
	transfer(&r);
}

static void storm_transfer(struct storm *s)
{
	s->seed++;
	for (uint32_t i = 0; i < STORM_PAGES; i++)
		storm_page(s, i);
	s->dirty = false;
	s->rounds++;
	timer_start(next_delay());
}

void disk_interrupt(void)
{
	struct request *r = pending;

	if (r) {
		transfer(r);
		pending = NULL;
	} else if (storm) {
		storm_transfer(storm);
	}
}

/* ------------------------------------------------------------------------
 * In process context.
 */

static void wait_for(struct page *page, uint32_t block, bool write)
{
	struct request r = { .page = page, .block = block, .words = PAGE_WORDS, .write = write };

	if (storm)
		panic("the disk is busy for itself; block", block);
	pending = &r;
	timer_start(LATENCY);
	while (pending)
		;
}

void disk_read(struct page *page, uint32_t block)
{
	wait_for(page, block, false);
}

void disk_write(struct page *page, uint32_t block)
{
	wait_for(page, block, true);
}

uint32_t disk_sum(uint32_t block, uint32_t first, uint32_t words)
{
	uint32_t sum = CHECKSUM_START;

	for (uint32_t i = first; i < first + words; i++)
		sum = checksum_add(sum, block_address(block)[i]);
	return sum;
}

void disk_fill(uint32_t block, uint32_t seed)
{
	for (uint32_t i = 0; i < PAGE_WORDS; i++)
		block_address(block)[i] = pattern(seed, i);
}

void storm_start(struct storm *s)
{
	storm = s;
	timer_start(STORM_LEAST);
}

/* A transfer that is due comes to nothing. */
void storm_stop(void)
{
	storm = NULL;
}

extern const uint32_t user_image[], user_image_end[];

/* The user program, which is a file like any other. */
void disk_init(void)
{
	volatile uint32_t *to = block_address(0);

	if (user_image_end - user_image > FILE_PAGES * PAGE_WORDS)
		panic("the user program is too large; words:", user_image_end - user_image);
	for (const uint32_t *from = user_image; from < user_image_end; from++)
		*to++ = *from;
}
