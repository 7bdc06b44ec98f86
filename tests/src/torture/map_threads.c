// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Walks beside updates, on real CPUs: two threads walk without a lock what one or two
 * others update under one.  Each updater has its own mms; they share a file and a family.
 *
 *	map_threads [WALKS [UPDATERS]]
 *
 * At least WALKS walks of each walker, and a quarter as many updates.
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "tests/src/torture/updates.h"

#define WALKERS	 2
#define UPDATERS 2

static struct coh_port port;
static struct coh_mapping mapping;
static struct coh_anon_vma family;

/* Each thread has a struct coh of its own: its counters are exact then. */
static struct {
	struct coh coh;
	struct updater updater;
	pthread_t thread;
} updaters[UPDATERS];

static struct {
	struct coh coh;
	pthread_t thread;
	unsigned turn; /* odd: in a walk */
	unsigned long walks, given_up;
	const char *wrong;
} walkers[WALKERS];

static unsigned long most_walks;
static int count_updaters;
static unsigned stop;
static unsigned long updates; /* about: two may count as one */

/* One mutex for all locks: updaters take one at a time, and a lock of ours has but a word. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock(void *context, coh_lock_t *l)
{
	(void)context;
	pthread_mutex_lock(&mutex);
	l->word++;
}

static void unlock(void *context, coh_lock_t *l)
{
	(void)context;
	l->word--;
	pthread_mutex_unlock(&mutex);
}

static void report(void *context, int error, const void *object)
{
	(void)context;
	fprintf(stderr, "map_threads: error %d reported of %p\n", error, object);
	exit(1);
}

/* Until each walk that runs now has ended: what RCU calls a grace period. */
static void wait(void)
{
	int i;

	for (i = 0; i < WALKERS; i++) {
		unsigned turn = __atomic_load_n(&walkers[i].turn, __ATOMIC_SEQ_CST);

		while (turn & 1 && __atomic_load_n(&walkers[i].turn, __ATOMIC_SEQ_CST) == turn)
			sched_yield();
	}
}

static void *update(void *argument)
{
	struct updater *u = argument;

	while (!coh_load(&stop)) {
		/* Now and then look at all of the maps, amid the other's updates. */
		u->coh->config.check = u->updates % 64 ? COH_CHECK_CHEAP : COH_CHECK_EXPENSIVE;
		update_once(u);
		coh_store(&updates, coh_load(&updates) + 1);
	}
	return NULL;
}

static void *walk(void *argument)
{
	int me = (int)(uintptr_t)argument;
	uint64_t seed = (uint64_t)me + 7;
	unsigned *turn = &walkers[me].turn;

	while ((walkers[me].walks < most_walks || coh_load(&updates) < most_walks / 4) &&
	       !walkers[me].wrong) {
		uint64_t r = draw(&seed);
		struct look l;

		__atomic_fetch_add(turn, 1, __ATOMIC_SEQ_CST); /* walk_enter */
		if (!look(&l, &walkers[me].coh,
			  &updaters[(r >> 20) % (unsigned)count_updaters].updater, r))
			walkers[me].given_up++;
		__atomic_fetch_add(turn, 1, __ATOMIC_SEQ_CST); /* walk_exit */
		walkers[me].walks++;
		walkers[me].wrong = l.wrong;
	}
	return NULL;
}

static void init_coh(struct coh *coh, enum coh_check_level check)
{
	coh->port = &port;
	coh->config.dcache.indexing = COH_INDEXED_VIVT;
	coh->config.page_shift = SHIFT;
	coh->config.check = check;
	coh->page_size = (uintptr_t)1 << SHIFT;
}

static void init(void)
{
	int i;

	port.lock = lock;
	port.unlock = unlock;
	port.report = report;
	coh_mapping_init(&mapping);
	coh_anon_vma_init(&family);
	for (i = 0; i < count_updaters; i++) {
		init_coh(&updaters[i].coh, COH_CHECK_INTERNAL);
		updater_init(&updaters[i].updater, &updaters[i].coh, &mapping, &family,
			     (uint64_t)i + 1, wait);
	}
	for (i = 0; i < WALKERS; i++)
		init_coh(&walkers[i].coh, COH_CHECK_CHEAP);
}

static void start(pthread_t *thread, void *(*run)(void *), void *argument)
{
	if (pthread_create(thread, NULL, run, argument)) {
		perror("map_threads: pthread_create");
		exit(1);
	}
}

static void run(void)
{
	int i;

	for (i = 0; i < count_updaters; i++)
		start(&updaters[i].thread, update, &updaters[i].updater);
	for (i = 0; i < WALKERS; i++)
		start(&walkers[i].thread, walk, (void *)(uintptr_t)i);
	for (i = 0; i < WALKERS; i++)
		pthread_join(walkers[i].thread, NULL);
	coh_store(&stop, 1u);
	for (i = 0; i < count_updaters; i++)
		pthread_join(updaters[i].thread, NULL);
}

int main(int argc, char **argv)
{
	unsigned long walks = 0, given_up = 0, retries = 0, made = 0;
	const char *wrong = NULL;
	int i;

	most_walks = argc > 1 ? strtoul(argv[1], NULL, 0) : 50000;
	count_updaters = argc > 2 ? atoi(argv[2]) : UPDATERS;
	if (count_updaters < 1 || count_updaters > UPDATERS) {
		fprintf(stderr, "map_threads: UPDATERS is 1 or 2\n");
		return 1;
	}
	init();
	run();
	for (i = 0; i < count_updaters; i++) {
		made += updaters[i].updater.updates;
		if (!coh_mm_check(&updaters[i].coh, &updaters[i].updater.mm[0],
				  COH_CHECK_EXPENSIVE))
			wrong = "an mm is damaged at the end";
	}
	for (i = 0; i < WALKERS; i++) {
		walks += walkers[i].walks;
		given_up += walkers[i].given_up;
		retries += walkers[i].coh.counters[COH_COUNT_WALK_RETRY];
		wrong = walkers[i].wrong ? walkers[i].wrong : wrong;
	}
	if (!coh_mapping_check(&updaters[0].coh, &mapping, COH_CHECK_EXPENSIVE) ||
	    !coh_anon_vma_check(&updaters[0].coh, &family, COH_CHECK_EXPENSIVE))
		wrong = "a map is damaged at the end";
	printf("map_threads: %lu walks beside %lu updates, %lu retries, %lu given up\n", walks,
	       made, retries, given_up);
	if (wrong)
		fprintf(stderr, "map_threads: %s\n", wrong);
	return wrong != NULL;
}
