/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* internal: what the files of this folder share. */
#ifndef ARM_COHERER_INTERNAL_H
#define ARM_COHERER_INTERNAL_H

#include <linux/mm.h>
#include <linux/coherer.h>
#include <coherer/coherer.h>

extern struct coh coherer;

/* False until coherer_setup: there are no users yet, and flushing everything will do. */
extern bool coherer_is_ready;

/* port.c */
extern const struct coh_port coherer_port;
extern struct coh_page *coherer_pages;	/* of all of memory, by pfn - ARCH_PFN_OFFSET */
extern unsigned long coherer_pages_end; /* the first pfn that has none */

/* The mm whose lines can be in the cache now; NULL: none's. */
extern struct mm_struct *coherer_live;

/* skip.c: what is left out, to see that it is missed. */
enum coherer_skip {
	SKIP_DCACHE_CLEAN, /* operations of the port */
	SKIP_DCACHE_INVALIDATE,
	SKIP_DCACHE_FLUSH,
	SKIP_DCACHE_FLUSH_ALL,
	SKIP_ICACHE_INVALIDATE,
	SKIP_ICACHE_INVALIDATE_ALL,
	SKIP_USER_UNCACHE,
	SKIP_FLUSH_DCACHE_PAGE, /* hooks of the kernel */
	SKIP_FLUSH_ANON_PAGE,
	SKIP_UPDATE_MMU_CACHE,
	SKIP_FLUSH_CACHE_MM,
	SKIP_FLUSH_CACHE_DUP_MM,
	SKIP_FLUSH_CACHE_RANGE,
	SKIP_FLUSH_CACHE_PAGE,
	SKIP_FLUSH_ICACHE_RANGE,
	SKIP_COPY_TO_USER_PAGE,
	SKIP_COPY_USER_PAGE,
	SKIP_CLEAR_USER_PAGE,
	SKIP_SWITCH_MM,
	SKIP_VMA_FILE,
	SKIP_VMA_ANON,
	SKIPS,
};

struct seq_file;

#ifdef CONFIG_COHERER_FAULT
bool coherer_skips(enum coherer_skip what);
void coherer_skip_show(struct seq_file *m);
#else
static inline bool coherer_skips(enum coherer_skip what)
{
	return false;
}
static inline void coherer_skip_show(struct seq_file *m)
{
}
#endif

#endif
