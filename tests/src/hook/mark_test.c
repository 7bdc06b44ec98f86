// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The mark of a page at every load and store (docs/page-mark.md).  Somebody uses one page of a file;
 * between any two accesses of the layer, or operations of the cache, somebody else comes, and amid
 * or after him a third one: a process, an interrupt, an eviction.  One of them stores, so it is known
 * what all must see in the end.
 *
 * One CPU.  The page has one word.  A process comes only where it could be preempted: not within a
 * walk, a lock, or with interrupts off; and not where it would wait for the lock of an mm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <coherer/coherer.h>
#include "ports/sim/hook.h"
#include "tests/src/map_model.h"

#define PAGE   ((uintptr_t)0x1000)
#define K      ((uintptr_t)0xc0000000) /* of colour 0 */
#define WINDOW ((uintptr_t)0xf0000000)
#define USERS  6
#define INDEX  7
#define MAPPED 5 /* the user of the page before all others */

enum kind { VIVT_ONE_MM, VIVT, VIPT, KINDS };

enum what {
	FLUSH,
	KERNEL_LOADS,
	KERNEL_STORES,
	EVICT,
	USER_LOADS, /* and unmaps */
	USER_STAYS, /* loads, and keeps the mapping */
	USER_STORES,
	WHATS,
};

enum before { FRESH, SETTLED, USED, IS_MAPPED, BEFORES };

struct actor {
	enum what what;
	bool irq; /* in an interrupt: not a user */
};

static struct {
	struct coh coh;
	struct coh_port port;
	struct coh_page page;
	struct coh_mapping file;
	struct coh_mm mm[USERS];
	enum kind kind;

	/* The machine.  Lines are K's and one for each user; on VIPT one for each colour. */
	struct line {
		bool present, dirty;
		int value;
	} line[USERS + 1];
	int memory, newest;
	struct user {
		struct coh_vma vma;
		bool mapped, uncached;
	} user[USERS];

	/* Who runs. */
	struct coh_mm *current;
	bool busy[USERS]; /* the lock of the mm */
	int walks, locks, irqs_off;

	/* Who comes, and when. */
	struct actor actor[3];
	unsigned at[3], actors, next;
	unsigned points; /* since the last one came */

	unsigned storing; /* the kernel stored, and did not flush yet */
	bool saw_old;	  /* a load, while it did not */
} w;

static uintptr_t user_address(unsigned i)
{
	return 0x100000 * (i + 1) + (i & 1) * PAGE;
}

/* The mm of a user, by number. */
static unsigned mm_of(unsigned i)
{
	return w.kind == VIVT_ONE_MM ? 0 : i;
}

static struct line *line_at(uintptr_t va)
{
	if (w.kind == VIPT)
		return &w.line[va / PAGE & 1];
	return va == K ? &w.line[USERS] : &w.line[va / 0x100000 - 1];
}

static void write_back(struct line *line, bool drop)
{
	if (line->present && line->dirty)
		w.memory = line->value;
	line->dirty = false;
	if (drop)
		line->present = false;
}

static int load(uintptr_t va)
{
	struct line *line = line_at(va);

	if (!line->present)
		*line = (struct line){ .present = true, .value = w.memory };
	return line->value;
}

static void store(uintptr_t va)
{
	*line_at(va) = (struct line){ .present = true, .dirty = true, .value = ++w.newest };
}

static void evict_all(void)
{
	for (unsigned i = 0; i <= USERS; i++)
		write_back(&w.line[i], true);
}

/* ------------------------------------------------------------------------
 * Who comes.
 */

static void act(unsigned number, struct actor actor);

static bool may_come(unsigned number, struct actor actor)
{
	if (actor.what == EVICT)
		return true;
	if (actor.irq)
		return !w.irqs_off;
	return !w.walks && !w.locks && !w.irqs_off &&
	       (actor.what < USER_LOADS || !w.busy[mm_of(number)]);
}

static void point(void)
{
	unsigned number = w.next;
	struct coh_mm *was = w.current;

	if (number >= w.actors || w.points++ < w.at[number] || !may_come(number, w.actor[number]))
		return;
	w.next++;
	w.points = 0;
	w.irqs_off += w.actor[number].irq;
	act(number, w.actor[number]);
	w.irqs_off -= w.actor[number].irq;
	if (w.current != was) {
		coh_switch_mm(&w.coh, w.current, was);
		w.current = was;
	}
}

static void at_load(const volatile void *p, enum env_order order)
{
	(void)p;
	(void)order;
	point();
}

static void at_store(const volatile void *p, enum env_order order, bool done)
{
	(void)p;
	(void)order;
	(void)done;
	point();
}

/* ------------------------------------------------------------------------
 * The port.
 */

static void flush_at(void *context, uintptr_t va, size_t len)
{
	(void)context;
	(void)len;
	point();
	write_back(line_at(va), true);
	point();
}

static void clean_at(void *context, uintptr_t va, size_t len)
{
	(void)context;
	(void)len;
	write_back(line_at(va), false);
}

static void flush_all(void *context)
{
	(void)context;
	point();
	evict_all();
}

static void nothing(void *context)
{
	(void)context;
}

static void no_range(void *context, uintptr_t va, size_t len)
{
	(void)context;
	(void)va;
	(void)len;
}

static void no_outer(void *context, coh_pa_t pa, size_t len)
{
	(void)context;
	(void)pa;
	(void)len;
}

static uintptr_t window_map(void *context, uintptr_t pfn, uintptr_t colour, uintptr_t *saved)
{
	(void)context;
	(void)pfn;
	*saved = 0;
	return WINDOW + colour * PAGE;
}

static void window_unmap(void *context, uintptr_t window, uintptr_t saved)
{
	(void)context;
	(void)window;
	(void)saved;
}

static uintptr_t kernel_address(void *context, uintptr_t pfn)
{
	(void)context;
	(void)pfn;
	return K;
}

static void no_kunmap(void *context, uintptr_t pfn, uintptr_t va)
{
	(void)context;
	(void)pfn;
	(void)va;
}

static void no_copy(void *context, uintptr_t to, uintptr_t from, size_t len)
{
	(void)context;
	(void)to;
	(void)from;
	(void)len;
}

static void lock(void *context, coh_lock_t *lock)
{
	(void)context;
	(void)lock;
	w.locks++;
}

static void unlock(void *context, coh_lock_t *lock)
{
	(void)context;
	(void)lock;
	w.locks--;
}

static uintptr_t irq_save(void *context)
{
	(void)context;
	w.irqs_off++;
	return 0;
}

static void irq_restore(void *context, uintptr_t flags)
{
	(void)context;
	(void)flags;
	w.irqs_off--;
}

static void walk_enter(void *context)
{
	(void)context;
	w.walks++;
}

static void walk_exit(void *context)
{
	(void)context;
	w.walks--;
}

static struct coh_mm *current_mm(void *context)
{
	(void)context;
	return w.current;
}

static struct user *user_at(struct coh_mm *mm, uintptr_t va)
{
	for (unsigned i = 0; i < USERS; i++)
		if (mm == &w.mm[mm_of(i)] && va == user_address(i) && w.user[i].mapped)
			return &w.user[i];
	return NULL;
}

static bool user_page(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t *pfn)
{
	(void)context;
	*pfn = 0;
	return user_at(mm, va);
}

static bool user_may_map(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	(void)context;
	(void)pfn;
	point();
	return user_at(mm, va);
}

static bool user_uncache(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	struct user *user = user_at(mm, va);

	(void)context;
	(void)pfn;
	if (user)
		user->uncached = true;
	return user;
}

static void report(void *context, int error, const void *object)
{
	(void)context;
	(void)object;
	fail_msg("the layer reports %d", error);
}

static const struct coh_port port = {
	.dcache_clean = clean_at,
	.dcache_invalidate = no_range,
	.dcache_flush = flush_at,
	.dcache_flush_all = flush_all,
	.icache_invalidate = no_range,
	.icache_invalidate_all = nothing,
	.outer_clean = no_outer,
	.outer_invalidate = no_outer,
	.outer_flush = no_outer,
	.window_map = window_map,
	.window_unmap = window_unmap,
	.kernel_address = kernel_address,
	.kmap = kernel_address,
	.kunmap = no_kunmap,
	.copy = no_copy,
	.zero = no_range,
	.lock = lock,
	.unlock = unlock,
	.irq_save = irq_save,
	.irq_restore = irq_restore,
	.walk_enter = walk_enter,
	.walk_exit = walk_exit,
	.current_mm = current_mm,
	.user_page = user_page,
	.user_may_map = user_may_map,
	.user_uncache = user_uncache,
	.report = report,
};

/* ------------------------------------------------------------------------
 * What they do.
 */

static void become(unsigned i)
{
	struct coh_mm *mm = &w.mm[mm_of(i)];

	w.irqs_off++;
	coh_switch_mm(&w.coh, w.current, mm);
	w.current = mm;
	w.irqs_off--;
}

static void map(unsigned i, uint32_t prot)
{
	struct user *user = &w.user[i];
	uint32_t flags = COH_VMA_SHARED | (prot & COH_PROT_WRITE ? COH_VMA_WRITE : 0);

	w.busy[mm_of(i)] = true;
	coh_vma_init(&user->vma, &w.mm[mm_of(i)], user_address(i), PAGE, INDEX, flags);
	assert_int_equal(coh_vma_link(&w.coh, &user->vma, &w.file), 0);
	user->mapped = true;
	user->uncached = false;
	assert_int_equal(coh_update_mmu_cache(&w.coh, &user->vma, &w.page, user_address(i), prot),
			 0);
	w.busy[mm_of(i)] = false;
	point();
}

static void unmap(unsigned i)
{
	struct user *user = &w.user[i];

	w.busy[mm_of(i)] = true;
	assert_int_equal(coh_flush_cache_page(&w.coh, &user->vma, user_address(i), 0), 0);
	user->mapped = false;
	point();
	assert_int_equal(coh_vma_unlink(&w.coh, &user->vma), 0);
	w.busy[mm_of(i)] = false;
}

static int user_load(unsigned i)
{
	return w.user[i].uncached ? w.memory : load(user_address(i));
}

static void user_store(unsigned i)
{
	if (w.user[i].uncached)
		w.memory = ++w.newest;
	else
		store(user_address(i));
}

static void flush(void)
{
	assert_int_equal(coh_flush_dcache_page(&w.coh, &w.page), 0);
}

/*
 * A load of who called the layer while least was the newest value.  (A later one may be stored
 * between that call and the load: no policy helps.)
 */
static void loaded(int value, int least)
{
	w.saw_old |= value < least;
}

static void use(unsigned i, enum what what)
{
	/* Not what is under K yet. */
	int least = w.storing ? 0 : w.newest;
	bool stores = what == USER_STORES;

	become(i);
	map(i, stores ? COH_PROT_READ | COH_PROT_WRITE : COH_PROT_READ);
	if (stores) {
		/* By read() before, so that what is under K gets old. */
		flush();
		loaded(load(K), least);
		user_store(i);
	} else {
		loaded(user_load(i), least);
	}
	point();
	if (what != USER_STAYS)
		unmap(i);
}

static void act(unsigned number, struct actor actor)
{
	int least = w.newest;

	switch (actor.what) {
	case EVICT:
		evict_all();
		break;
	case FLUSH:
		flush();
		break;
	case KERNEL_LOADS:
		flush();
		loaded(load(K), least);
		break;
	case KERNEL_STORES:
		flush();
		w.storing++;
		store(K);
		point();
		flush();
		w.storing--;
		break;
	default:
		use(number, actor.what);
	}
}

/* ------------------------------------------------------------------------
 * A run.
 */

static void start(enum kind kind, enum before before)
{
	struct coh_config config = {
		.dcache = { kind == VIPT ? COH_INDEXED_VIPT : COH_INDEXED_VIVT, 0x2000, 32, 1, 0 },
		.page_shift = 12,
		.address_bits = 32,
		.scope = COH_SCOPE_ALL_CPUS,
		.linear_start = K,
		.linear_size = PAGE,
	};

	env_hook = (struct env_hook){ 0 };
	memset(&w, 0, sizeof(w));
	w.kind = kind;
	assert_int_equal(coh_init(&w.coh, &config, &port), 0);
	coh_mapping_init(&w.file);
	for (unsigned i = 0; i < USERS; i++)
		coh_mm_init(&w.mm[i]);
	w.current = &w.mm[0];
	coh_page_init(&w.page, 0);
	assert_int_equal(coh_page_set_file(&w.page, &w.file, INDEX), 0);
	if (before == SETTLED || before == USED) {
		use(MAPPED, USER_LOADS);
		become(0);
		flush();
		load(K); /* and stays: what users store from now on makes it old */
	}
	if (before == USED)
		use(MAPPED, USER_STORES);
	if (before == IS_MAPPED)
		use(MAPPED, USER_STAYS);
	become(0);
}

static bool users_see_newest(void)
{
	bool right = true;

	for (unsigned i = 0; i < USERS; i++) {
		if (!w.user[i].mapped)
			continue;
		become(i);
		right &= user_load(i) == w.newest;
	}
	return right;
}

static bool kernel_sees_newest(void)
{
	flush();
	return load(K) == w.newest;
}

/* A user who comes only now: one of each colour. */
static bool new_users_see_newest(void)
{
	bool right;

	use(3, USER_STAYS);
	right = user_load(3) == w.newest;
	use(4, USER_STAYS);
	return right & (user_load(4) == w.newest);
}

/* True if all see the newest value: amid it, and in the end, the kernel first or the users. */
static bool run(bool kernel_first)
{
	bool right;

	env_hook.load = at_load;
	env_hook.store = at_store;
	act(0, w.actor[0]);
	env_hook = (struct env_hook){ 0 };
	w.actors = 0;
	if (kernel_first)
		right = kernel_sees_newest();
	else
		right = users_see_newest() & new_users_see_newest();
	return right && !w.saw_old;
}

static void set_up(const struct actor *actor, unsigned actors, const unsigned *at)
{
	for (unsigned i = 0; i < actors; i++) {
		w.actor[i] = actor[i];
		w.at[i] = at[i];
	}
	w.actors = actors;
	w.next = 1;
	w.points = 0;
}

static const char *const names[WHATS] = { "flush",	"kernel loads", "kernel stores", "evict",
					  "user loads", "user stays",	"user stores" };

static void say(const struct actor *actor, unsigned actors, const unsigned *at, enum kind kind,
		enum before before, bool kernel_first)
{
	fprintf(stderr, "kind %d, before %d, %s first:", kind, before,
		kernel_first ? "kernel" : "users");
	for (unsigned i = 0; i < actors; i++)
		fprintf(stderr, " %s%s@%u", names[actor[i].what], actor[i].irq ? " (irq)" : "",
			at[i]);
	fprintf(stderr, "\n");
}

/* Returns whether all actors came. */
static bool attempt(const struct actor *actor, unsigned actors, const unsigned *at, enum kind kind,
		    enum before before)
{
	bool all = true;

	for (int kernel_first = 0; kernel_first < 2; kernel_first++) {
		bool right;

		start(kind, before);
		set_up(actor, actors, at);
		right = run(kernel_first);
		all &= w.next == actors;
		if (!right) {
			say(actor, actors, at, kind, before, kernel_first);
			fail_msg("an old value is seen");
		}
	}
	return all;
}

static bool stores(struct actor actor)
{
	return actor.what == KERNEL_STORES || actor.what == USER_STORES;
}

/* One at most, or nobody knew which value is the newest. */
static bool fit(const struct actor *actor, unsigned actors)
{
	unsigned storing = 0;

	for (unsigned i = 0; i < actors; i++)
		storing += stores(actor[i]);
	return storing <= 1;
}

static struct actor actor_number(unsigned n)
{
	return (struct actor){ n % WHATS, n >= WHATS };
}

#define ACTORS (WHATS + EVICT) /* all, and the first three in an interrupt */

static void one_comes_anywhere_test(void **state)
{
	unsigned long runs = 0;

	(void)state;
	for (unsigned n = 0; n < BEFORES * KINDS * WHATS * ACTORS; n++) {
		struct actor actor[2] = { { n % WHATS, false }, actor_number(n / WHATS % ACTORS) };
		enum kind kind = n / WHATS / ACTORS % KINDS;
		enum before before = n / WHATS / ACTORS / KINDS;
		unsigned at[2] = { 0, 0 };

		if (!fit(actor, 2))
			continue;
		for (; attempt(actor, 2, at, kind, before); at[1]++)
			runs++;
	}
	printf("one: %lu runs\n", runs);
	assert_true(runs > 10000);
}

/* Each of the pairs at every pair of points. */
static void two_come_anywhere_test(void **state)
{
	static const struct actor actors[][3] = {
		{ { FLUSH, false }, { USER_STORES, false }, { KERNEL_LOADS, true } },
		{ { KERNEL_STORES, false }, { USER_LOADS, false }, { USER_STAYS, false } },
	};
	unsigned long runs = 0;

	(void)state;
	for (unsigned n = 0; n < 2 * KINDS * BEFORES; n++) {
		unsigned at[3] = { 0, 0, 0 }, reached;

		do {
			at[2] = reached = 0;
			while (attempt(actors[n & 1], 3, at, n / 2 % KINDS, n / 2 / KINDS)) {
				reached = ++at[2];
				runs++;
			}
			at[1]++;
		} while (reached);
	}
	printf("two, anywhere: %lu runs\n", runs);
	assert_true(runs > 10000);
}

static unsigned draw(uint64_t *seed, unsigned n)
{
	return (unsigned)(model_random(seed) % n);
}

/* Any pair, at points that are drawn. */
static void two_come_somewhere_test(void **state)
{
	uint64_t seed = 1;
	unsigned long came = 0;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		struct actor actor[3];
		unsigned at[3] = { 0, draw(&seed, 120), draw(&seed, 120) };

		do {
			actor[0] = (struct actor){ draw(&seed, WHATS), false };
			actor[1] = actor_number(draw(&seed, ACTORS));
			actor[2] = actor_number(draw(&seed, ACTORS));
		} while (!fit(actor, 3));
		came += attempt(actor, 3, at, draw(&seed, KINDS), draw(&seed, BEFORES));
	}
	printf("two: %lu runs\n", came);
	assert_true(came > 10000);
}

/* A test that failed has left its hooks. */
static int unhooked(void **state)
{
	(void)state;
	env_hook = (struct env_hook){ 0 };
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_comes_anywhere_test, unhooked),
		cmocka_unit_test_setup(two_come_anywhere_test, unhooked),
		cmocka_unit_test_setup(two_come_somewhere_test, unhooked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
