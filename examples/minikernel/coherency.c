// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The layer over ports/arm926, set up as the command line has it. */
#include "check/policies/policies.h"
#include "examples/minikernel/kernel.h"
#include "ports/arm926/cp15.h"
#include "ports/arm926/port.h"

struct coh coh;
enum hook silenced_hook;
static struct coh_arm arm;
static struct coh_port port; /* arm's, but for locks and what is silenced */

/* Never stored to; what ports/arm926 reads to flush the cache of a core that it does not know. */
static uint8_t spare[0x40000] __attribute__((aligned(64)));

static void enable(uint32_t bits)
{
	uint32_t control;

	__asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(control));
	__asm__ volatile("mcr p15, 0, %0, c1, c0, 0" : : "r"(control | bits) : "memory");
}

/* ------------------------------------------------------------------------
 * What the port asks of this kernel.
 */

static struct coh_mm *current_mm(void)
{
	return current ? &current->coh : NULL;
}

static uint32_t *user_pte(struct coh_mm *mm, uintptr_t va)
{
	return pte_find((struct mm *)mm, va);
}

static void report(int error, const void *object)
{
	print("# the layer reports: ");
	print(coh_error_text(error));
	print("\n");
	panic("object", (uint32_t)object);
}

static void print_line(const char *text)
{
	print(text);
}

static const struct coh_arm_kernel kernel = {
	.linear_start = KERNEL_BASE,
	.linear_size = PLATTER_PA,
	.linear_pfn = 0,
	.spare = spare,
	.spare_size = sizeof(spare),
	.current_mm = current_mm,
	.user_pte = user_pte,
	.report = report,
	.print = print_line,
};

/* ------------------------------------------------------------------------
 * Locks that are held, or not, so that a deadlock is seen: arm's are empty, for on one CPU nobody
 * can wait.  Whoever finds one held interrupted its holder.
 */

static void lock(void *context, coh_lock_t *lock)
{
	(void)context;
	if (lock->word)
		bail_out("deadlock: an interrupt wants a lock of what it interrupted");
	lock->word = 1;
}

static void unlock(void *context, coh_lock_t *lock)
{
	(void)context;
	lock->word = 0;
}

/* ------------------------------------------------------------------------
 * Silence.
 */

static void no_range(void *context, uintptr_t va, size_t len)
{
	(void)context, (void)va, (void)len;
}

static void no_whole(void *context)
{
	(void)context;
}

static struct coh_mm *no_mm(void *context)
{
	(void)context;
	return NULL;
}

static bool no_uncache(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	(void)context, (void)mm, (void)va, (void)pfn;
	return false;
}

static bool silence_callback(const char *name)
{
#define RANGE(callback)                                                                            \
	if (text_is(name, #callback))                                                              \
	return port.callback = no_range, true
#define WHOLE(callback)                                                                            \
	if (text_is(name, #callback))                                                              \
	return port.callback = no_whole, true

	RANGE(dcache_clean);
	RANGE(dcache_invalidate);
	RANGE(dcache_flush);
	RANGE(icache_invalidate);
	WHOLE(dcache_flush_all);
	WHOLE(icache_invalidate_all);
	if (text_is(name, "current_mm"))
		return port.current_mm = no_mm, true;
	if (text_is(name, "user_uncache"))
		return port.user_uncache = no_uncache, true;
	return false;
}

static bool silence_hook(const char *name)
{
	static const char *const names[HOOKS] = {
#define HOOK(name) [HOOK_##name] = #name,
#include "examples/minikernel/hooks.h"
#undef HOOK
	};

	for (int i = HOOK_NONE + 1; i < HOOKS; i++) {
		if (!text_is(name, names[i]))
			continue;
		silenced_hook = (enum hook)i;
		return true;
	}
	return false;
}

static void silence(const char *name)
{
	if (!name || silence_callback(name) || silence_hook(name))
		return;
	print("minikernel: nothing called '");
	print(name);
	print("' can be silenced\n");
	bail_out("bad option");
}

/* ------------------------------------------------------------------------ */

void clean_table(const void *va, size_t len)
{
	if (arm.caches.trust)
		coh_arm_clean(&arm, va, len);
}

bool shared_is_uncached(void)
{
	return coh.policy == &coh_policy_flush_all;
}

void must(int error, const char *call)
{
	if (!error)
		return;
	print("# ");
	print(call);
	print(": ");
	print(coh_error_text(error));
	print("\n");
	panic("error", (uint32_t)error);
}

static void choose_policy(struct coh_config *config)
{
	config->policy = options.policy ? coh_policy_find(options.policy) : &coh_policy_rmap;
	if (config->policy)
		return;
	print("minikernel: no policy '");
	print(options.policy);
	print("'\n");
	bail_out("bad option");
}

/* The fast interrupt comes even amid what a policy protects by irq_save. */
static void refuse_interrupt(const struct coh_policy *policy)
{
	if (!options.fast || coh_policy_context(policy) >= COH_CONTEXT_NMI)
		return;
	print("minikernel: irq=fast is an NMI, and policy '");
	print(coh_policy_name(policy));
	print("' may not be called from one\n");
	bail_out("bad option");
}

static void describe(const struct coh_config *config, uint32_t main_id, uint32_t cache_type)
{
	print("# ");
	print(arm.caches.core);
	print(" (");
	print_hex(main_id);
	print(", cache type ");
	print_hex(cache_type);
	print("): data ");
	print_number(config->dcache.size);
	print(", ");
	print_number(config->dcache.ways);
	print(" ways, line ");
	print_number(config->dcache.line);
	print("; policy ");
	print(coh_policy_name(coh.policy));
	print("\n");
}

void coherency_init(void)
{
	uint32_t main_id = options.main_id ? options.main_id : coh_arm_main_id();
	uint32_t cache_type =
		options.cache_type ? options.cache_type : coh_arm_cache_type_register();
	struct coh_config config = { .check = COH_CHECK_INTERNAL };

	choose_policy(&config);
	if (coh_arm_init(&arm, &kernel, main_id, cache_type, &config) == COH_ARM_REFUSED)
		panic("no port for this core, main ID", main_id);
	refuse_interrupt(config.policy);
	port = arm.port;
	port.lock = lock;
	port.unlock = unlock;
	silence(options.silence);
	must(coh_init(&coh, &config, &port), "coh_init");
	describe(&config, main_id, cache_type);
	enable(CONTROL_DCACHE | CONTROL_ICACHE);
}
