// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * Walks in signal handlers amid updates: real asynchrony, at every instruction.  One thread
 * updates; another sends it two signals, and the second often interrupts the handler of the
 * first, as an NMI does.  No walk may begin again: what it interrupted does not run meanwhile.
 *
 *	map_signal [WALKS]
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>

#include "tests/src/torture/updates.h"

#define LEAST_WALKS 16 /* of a signal */
#define MOST_WALKS  256

static struct coh coh;
static struct coh_port port;
static struct coh_mapping mapping;
static struct coh_anon_vma family;
static struct updater updater;

static pthread_t updating;
static unsigned handled, stop; /* for both threads */
static volatile unsigned long walks, amid, nested;
static volatile sig_atomic_t in_update, in_walk;
static const char *volatile wrong;

/* Where signals are slow, on a busy machine, each must count for more. */
static unsigned long walks_now(void)
{
	static unsigned long last;
	unsigned long n = LEAST_WALKS + updater.updates - last;

	last = updater.updates;
	return n < MOST_WALKS ? n : MOST_WALKS;
}

static void handle(int signal)
{
	static uint64_t seeds[2] = { 1, 2 };
	uint64_t *seed = &seeds[signal == SIGUSR2];
	unsigned long i, n = walks_now();
	struct look l;

	amid += in_update;
	nested += in_walk;
	in_walk++;
	for (i = 0; i < n; i++) {
		if (!look(&l, &coh, &updater, draw(seed)))
			l.wrong = "a walk gave up";
		walks++;
		if (l.wrong)
			wrong = l.wrong;
	}
	in_walk--;
	coh_store_release(&handled, coh_load(&handled) + 1);
}

/* Both at once, and the next when they were handled: signals do not queue. */
static void *send(void *unused)
{
	unsigned before;

	(void)unused;
	while (!coh_load(&stop)) {
		before = coh_load(&handled);
		pthread_kill(updating, SIGUSR1);
		pthread_kill(updating, SIGUSR2);
		while (coh_load_acquire(&handled) == before && !coh_load(&stop))
			sched_yield();
	}
	return NULL;
}

static void lock(void *context, coh_lock_t *l)
{
	(void)context; /* there is one thread that updates */
	if (l->word++)
		wrong = "a lock was taken twice";
}

static void unlock(void *context, coh_lock_t *l)
{
	(void)context;
	l->word--;
}

static void report(void *context, int error, const void *object)
{
	(void)context;
	(void)error;
	(void)object;
	wrong = "damage was reported";
}

static void wait(void)
{
	/* A walk that interrupts this thread has ended when this thread runs. */
}

static void init(void)
{
	port.lock = lock;
	port.unlock = unlock;
	port.report = report;
	coh.port = &port;
	coh.config.dcache.indexing = COH_INDEXED_VIVT;
	coh.config.page_shift = SHIFT;
	coh.config.check = COH_CHECK_INTERNAL;
	coh.page_size = (uintptr_t)1 << SHIFT;
	coh_mapping_init(&mapping);
	coh_anon_vma_init(&family);
	updater_init(&updater, &coh, &mapping, &family, 42, wait);
}

int main(int argc, char **argv)
{
	unsigned long most = argc > 1 ? strtoul(argv[1], NULL, 0) : 400000;
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	pthread_t sender;

	init();
	updating = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGUSR2, &action, NULL);
	if (pthread_create(&sender, NULL, send, NULL)) {
		perror("map_signal: pthread_create");
		return 1;
	}
	while (walks < most && !wrong) {
		in_update = 1;
		update_once(&updater);
		in_update = 0;
	}
	coh_store(&stop, 1u);
	pthread_join(sender, NULL);

	if (coh.counters[COH_COUNT_WALK_RETRY] || coh.counters[COH_COUNT_WALK_GIVEN_UP])
		wrong = "a walk that interrupted an update had to begin again";
	if (!coh_mm_check(&coh, &updater.mm[0], COH_CHECK_EXPENSIVE) ||
	    !coh_mapping_check(&coh, &mapping, COH_CHECK_EXPENSIVE) ||
	    !coh_anon_vma_check(&coh, &family, COH_CHECK_EXPENSIVE))
		wrong = "the maps are damaged at the end";
	printf("map_signal: %lu walks in %u signals (%lu amid updates, %lu amid walks), %u "
	       "retries, "
	       "%u given up; %lu updates\n",
	       walks, handled, amid, nested, coh.counters[COH_COUNT_WALK_RETRY],
	       coh.counters[COH_COUNT_WALK_GIVEN_UP], updater.updates);
	if (wrong)
		fprintf(stderr, "map_signal: %s\n", wrong);
	return wrong != NULL;
}
