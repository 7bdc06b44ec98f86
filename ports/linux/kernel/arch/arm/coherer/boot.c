// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* Which policy, which caches: what is settled once, before the first user. */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/memblock.h>
#include <linux/printk.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include <asm/cacheflush.h>
#include <asm/cputype.h>

#include "check/policies/policies.h"
#include "internal.h"
#include "ports/arm926/cache_type.h"

struct coh coherer;
bool coherer_is_ready;

static const struct coh_policy *policy;

static const struct coh_policy *__init policy_get(size_t i)
{
#ifdef CONFIG_COHERER_COMPARE
	return coh_policy_get(i);
#else
	static const struct coh_policy *const library[] = { &coh_policy_rmap,
							    &coh_policy_flush_all };

	return i < ARRAY_SIZE(library) ? library[i] : NULL;
#endif
}

static void __init say_policies(void)
{
	const struct coh_policy *p;
	size_t i;

	for (i = 0; (p = policy_get(i)) != NULL; i++)
		pr_cont(" %s", coh_policy_name(p));
	pr_cont("\n");
}

static int __init coherer_policy_setup(char *name)
{
	size_t i;

	for (i = 0; (policy = policy_get(i)) != NULL; i++)
		if (name && !strcmp(coh_policy_name(policy), name))
			break;
	if (!policy) {
		pr_err("coherer: no policy is named '%s', rmap is used; there are:", name ?: "");
		say_policies();
	}
	return 0;
}
early_param("coherer", coherer_policy_setup);

#ifdef CONFIG_COHERER_FAULT
static u32 ctr_instead __initdata;

static int __init coherer_ctr_setup(char *value)
{
	return value ? kstrtou32(value, 0, &ctr_instead) : -EINVAL;
}
early_param("coherer.ctr", coherer_ctr_setup);

/* The cache type register, or what the command line has in its place, to try another. */
static u32 __init cache_type(void)
{
	return ctr_instead ?: read_cpuid_cachetype();
}
#else
static u32 __init cache_type(void)
{
	return read_cpuid_cachetype();
}
#endif

/*
 * What is not known is flushed whole, each time, by the function that the kernel has for this
 * processor.  The sizes are then of no consequence, but coh_init wants some.
 */
static void __init flush_all_instead(struct coh_config *config, const struct coh_arm_caches *caches)
{
	pr_warn("coherer: processor %08x, cache type %08x: %s; all of the cache is flushed each "
		"time\n",
		read_cpuid_id(), cache_type(), caches->why);
	config->policy = &coh_policy_flush_all;
	config->dcache = (struct coh_geometry){
		.indexing = COH_INDEXED_VIVT, .size = SZ_16K, .line = L1_CACHE_BYTES, .ways = 4
	};
	config->icache = config->dcache;
}

/* ARM9: a pipeline without branch prediction.  Feroceon and ARM10 have it. */
static bool __init fetches_in_order(void)
{
	return (read_cpuid_id() & 0xff00f000) == 0x41009000;
}

/* How much the layer checks of its own state. */
static u32 check_level __initdata = COH_CHECK_CHEAP;

static int __init coherer_check_setup(char *value)
{
	int error = value ? kstrtou32(value, 0, &check_level) : -EINVAL;

	if (error || check_level < COH_CHECK_CHEAP || check_level > COH_CHECK_EXPENSIVE) {
		pr_err("coherer: coherer.check is 1, 2 or 3, not '%s'; 1 is used\n", value ?: "");
		check_level = COH_CHECK_CHEAP;
	}
	return 0;
}
early_param("coherer.check", coherer_check_setup);

static void __init describe(struct coh_config *config)
{
	struct coh_arm_caches caches;

	memset(config, 0, sizeof(*config));
	config->page_shift = PAGE_SHIFT;
	config->address_bits = 32;
	config->scope = COH_SCOPE_ALL_CPUS;
	config->linear_start = PAGE_OFFSET;
	config->linear_size = (uintptr_t)high_memory - PAGE_OFFSET;
	config->alone = !IS_ENABLED(CONFIG_SMP);
	config->users_announce_code = true; /* sys_cacheflush */
	config->fetches_in_order = fetches_in_order();
	config->whole_from = SZ_16K; /* CACHE_DLIMIT of proc-*.S */
	config->policy = policy;
	config->check = check_level;
	coh_arm_cache_type(&caches, read_cpuid_id(), cache_type());
	config->dcache = caches.dcache;
	config->icache = caches.icache;
	config->speculates = caches.speculates;
	if (caches.trust != COH_ARM_KNOWN)
		flush_all_instead(config, &caches);
}

static void __init make_pages(void)
{
	unsigned long n = max_low_pfn - ARCH_PFN_OFFSET, i;

	coherer_pages_end = max_low_pfn;
	coherer_pages = memblock_alloc(n * sizeof(*coherer_pages), SMP_CACHE_BYTES);
	if (!coherer_pages)
		panic("coherer: no memory for %lu pages\n", n);
	for (i = 0; i < n; i++)
		coh_page_init(&coherer_pages[i], ARCH_PFN_OFFSET + i);
}

/* Two policies are there to be compared with: on these caches they lose data. */
static void __init warn_of_comparison(void)
{
	if (coherer.policy != &coh_policy_none && coherer.policy != &coh_policy_hints)
		return;
	pr_warn("coherer: policy %s is for comparison: users will see old data\n",
		coh_policy_name(coherer.policy));
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
}

void __init coherer_setup(void)
{
	struct coh_config config;
	int error;

	describe(&config);
	make_pages();
	error = coh_init(&coherer, &config, &coherer_port);
	if (error)
		panic("coherer: %s %s\n", coh_error_text(error),
		      coh_port_missing(&config, &coherer_port) ?: "");
	coherer_is_ready = true;
	warn_of_comparison();
	pr_info("coherer: policy %s, %u KiB of data cache in lines of %u bytes\n",
		coh_policy_name(coherer.policy), coherer.config.dcache.size / 1024,
		coherer.config.dcache.line);
}
