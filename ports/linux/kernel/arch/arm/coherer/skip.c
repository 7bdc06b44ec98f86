// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* coherer.skip=NAME,...: maintenance that is left out, to see that it is missed. */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "internal.h"

#ifdef CONFIG_COHERER_FAULT

static const char *const names[SKIPS] = {
	[SKIP_DCACHE_CLEAN] = "dcache_clean",
	[SKIP_DCACHE_INVALIDATE] = "dcache_invalidate",
	[SKIP_DCACHE_FLUSH] = "dcache_flush",
	[SKIP_DCACHE_FLUSH_ALL] = "dcache_flush_all",
	[SKIP_ICACHE_INVALIDATE] = "icache_invalidate",
	[SKIP_ICACHE_INVALIDATE_ALL] = "icache_invalidate_all",
	[SKIP_USER_UNCACHE] = "user_uncache",
	[SKIP_FLUSH_DCACHE_PAGE] = "flush_dcache_page",
	[SKIP_FLUSH_ANON_PAGE] = "flush_anon_page",
	[SKIP_UPDATE_MMU_CACHE] = "update_mmu_cache",
	[SKIP_FLUSH_CACHE_MM] = "flush_cache_mm",
	[SKIP_FLUSH_CACHE_DUP_MM] = "flush_cache_dup_mm",
	[SKIP_FLUSH_CACHE_RANGE] = "flush_cache_range",
	[SKIP_FLUSH_CACHE_PAGE] = "flush_cache_page",
	[SKIP_FLUSH_ICACHE_RANGE] = "flush_icache_range",
	[SKIP_COPY_TO_USER_PAGE] = "copy_to_user_page",
	[SKIP_COPY_USER_PAGE] = "copy_user_page",
	[SKIP_CLEAR_USER_PAGE] = "clear_user_page",
	[SKIP_SWITCH_MM] = "switch_mm",
	[SKIP_VMA_FILE] = "vma_file",
	[SKIP_VMA_ANON] = "vma_anon",
};

static u32 skipped;
static u32 reached[SKIPS]; /* approximate: an interrupt may lose a count */

bool coherer_skips(enum coherer_skip what)
{
	WRITE_ONCE(reached[what], READ_ONCE(reached[what]) + 1);
	return READ_ONCE(skipped) & 1u << what;
}

/* A test in which something is left out says nothing unless it was reached. */
void coherer_skip_show(struct seq_file *m)
{
	int i;

	for (i = 0; i < SKIPS; i++)
		seq_printf(m, "%-22s %10u%s\n", names[i], reached[i],
			   skipped & 1u << i ? " left out" : "");
}

static int __init coherer_skip_setup(char *list)
{
	char *name;

	while ((name = strsep(&list, ",")) != NULL) {
		int i = match_string(names, SKIPS, name);

		if (i < 0) {
			pr_err("coherer.skip: there is no '%s'\n", name);
			continue;
		}
		pr_warn("coherer: %s is left out: data will be corrupted\n", name);
		skipped |= 1u << i;
	}
	return 0;
}
early_param("coherer.skip", coherer_skip_setup);

#endif
