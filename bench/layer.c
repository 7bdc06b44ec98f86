// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * bench-layer: what the reverse maps and the layer cost, beside what they replace.
 *
 *  (a) flush_dcache_page with 2 aliases in the current mm while n processes map the same file:
 *      rmap beside a linear list of VMAs as in the patch of 2007
 *  (b) link and unlink of a VMA, and fork of one, at n VMAs in the map, beside the same list
 *  (c) a call over the bare cache operations that it issues
 *
 * The port is the host's.  Its cache operations are the host's own: a CLFLUSH for each line of the
 * range, of lines that are in no cache, which is the least they can cost, or of dirty ones, where
 * that is said; or nothing at all, where the walk alone is measured.  Each number is the median of
 * ROUNDS rounds, in which the things compared take turns.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <coherer/coherer.h>

#define ROUNDS 15
#define PAGE   4096u
#define LINE   64u /* of the host */
#define USER   0x10000000u
#define KERNEL ((uintptr_t)0xc0000000u)

static const unsigned sizes[] = { 1, 10, 1000, 100000 };
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* ------------------------------------------------------------------------
 * The port.
 */

struct host {
	struct coh_mm *current;
	bool lines;				      /* flush each line */
	_Alignas(4096) unsigned char bytes[4 * PAGE]; /* behind all addresses, modulo its size */
	uint64_t operations;
};

static inline void flush_line(const unsigned char *line)
{
#ifdef __x86_64__
	__builtin_ia32_clflush(line);
#else
	*(volatile const unsigned char *)line; /* no user-mode flush is known here: a load */
#endif
}

static void operate(void *context, uintptr_t va, size_t len)
{
	struct host *host = context;

	host->operations++;
	if (host->lines)
		for (size_t i = 0; i < len; i += LINE)
			flush_line(&host->bytes[(va + i) & (sizeof(host->bytes) - 1)]);
}

static void operate_pa(void *context, coh_pa_t pa, size_t len)
{
	operate(context, (uintptr_t)pa, len);
}

static void operate_all(void *context)
{
	operate(context, 0, PAGE);
}

static uintptr_t window_map(void *context, uintptr_t pfn, uintptr_t colour, uintptr_t *saved)
{
	(void)context;
	(void)pfn;
	*saved = 0;
	return 0xd8000000u + colour * PAGE;
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
	return KERNEL + pfn * PAGE;
}

static void give_back(void *context, uintptr_t pfn, uintptr_t va)
{
	(void)context;
	(void)pfn;
	(void)va;
}

static void copy(void *context, uintptr_t to, uintptr_t from, size_t len)
{
	(void)context;
	(void)to;
	(void)from;
	(void)len;
}

static void zero(void *context, uintptr_t to, size_t len)
{
	copy(context, to, 0, len);
}

/* One thread: nobody to lock out, nothing to interrupt. */
static void no_lock(void *context, coh_lock_t *lock)
{
	(void)context;
	(void)lock;
}

static uintptr_t irq_save(void *context)
{
	(void)context;
	return 0;
}

static void irq_restore(void *context, uintptr_t flags)
{
	(void)context;
	(void)flags;
}

static void no_walk(void *context)
{
	(void)context;
}

static struct coh_mm *current_mm(void *context)
{
	return ((struct host *)context)->current;
}

static bool user_page(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t *pfn)
{
	(void)context;
	(void)mm;
	(void)va;
	*pfn = 0;
	return true;
}

/* Every alias here is mapped; who asks the tables pays for one look that tells him so. */
static bool user_may_map(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	(void)context;
	(void)mm;
	(void)va;
	(void)pfn;
	return true;
}

static bool user_uncache(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	(void)context;
	(void)mm;
	(void)va;
	(void)pfn;
	return false;
}

static void report(void *context, int error, const void *object)
{
	(void)context;
	(void)object;
	fprintf(stderr, "bench-layer: %s\n", coh_error_text(error));
	exit(3);
}

static const struct coh_port *host_port(struct host *host)
{
	static struct coh_port port = {
		.dcache_clean = operate,
		.dcache_invalidate = operate,
		.dcache_flush = operate,
		.dcache_flush_all = operate_all,
		.icache_invalidate = operate,
		.icache_invalidate_all = operate_all,
		.outer_clean = operate_pa,
		.outer_invalidate = operate_pa,
		.outer_flush = operate_pa,
		.window_map = window_map,
		.window_unmap = window_unmap,
		.kernel_address = kernel_address,
		.kmap = kernel_address,
		.kunmap = give_back,
		.copy = copy,
		.zero = zero,
		.lock = no_lock,
		.unlock = no_lock,
		.irq_save = irq_save,
		.irq_restore = irq_restore,
		.walk_enter = no_walk,
		.walk_exit = no_walk,
		.current_mm = current_mm,
		.user_page = user_page,
		.user_may_map = user_may_map,
		.user_uncache = user_uncache,
		.report = report,
	};

	port.context = host;
	return &port;
}

/* ------------------------------------------------------------------------
 * What is measured on: n processes that map one file; the first maps it twice.
 */

/* The 2007 kernel's: every VMA of the file in one list, walked under a lock. */
struct old_vma {
	struct old_vma *next, **link;
	const struct coh_mm *mm;
	uintptr_t start, pgoff, pages;
	bool shared;
};

struct world {
	struct host host;
	struct coh coh;
	struct coh_mapping file;
	struct coh_page page;
	unsigned n;
	struct coh_mm *mm;
	struct coh_vma *vma; /* n + 1: the last is the first mm's second */
	struct old_vma *old;
	struct old_vma *head;
};

static void must(int error)
{
	if (error)
		report(NULL, error, NULL);
}

static void old_link(struct world *w, struct old_vma *v)
{
	v->next = w->head;
	v->link = &w->head;
	if (v->next)
		v->next->link = &v->next;
	w->head = v;
}

static void old_unlink(struct old_vma *v)
{
	*v->link = v->next;
	if (v->next)
		v->next->link = v->link;
}

static void old_flush(struct world *w)
{
	uintptr_t index = w->page.index;

	operate(&w->host, KERNEL + w->page.pfn * PAGE, PAGE);
	for (const struct old_vma *v = w->head; v; v = v->next) {
		if (v->mm != w->host.current || !v->shared)
			continue;
		if (index - v->pgoff < v->pages)
			operate(&w->host, v->start + (index - v->pgoff) * PAGE, PAGE);
	}
}

static void add(struct world *w, unsigned i, struct coh_mm *mm, uintptr_t start)
{
	coh_vma_init(&w->vma[i], mm, start, 16 * PAGE, 0, COH_VMA_SHARED);
	must(coh_vma_link(&w->coh, &w->vma[i], &w->file));
	w->old[i] = (struct old_vma){ .mm = mm, .start = start, .pages = 16, .shared = true };
	old_link(w, &w->old[i]);
}

static struct world *make_world(enum coh_indexing indexing, unsigned n)
{
	struct world *w = aligned_alloc(4096, (sizeof(*w) + 4095) / 4096 * 4096);
	const struct coh_config config = {
		.dcache = { .indexing = indexing, .size = 32768, .line = LINE, .ways = 2 },
		.page_shift = 12,
		.address_bits = 32,
		.scope = COH_SCOPE_ALL_CPUS,
		.linear_start = KERNEL,
		.linear_size = 0x10000000,
	};

	if (!w)
		exit(3);
	memset(w, 0, sizeof(*w));
	must(coh_init(&w->coh, &config, host_port(&w->host)));
	w->n = n;
	w->mm = calloc(n, sizeof(*w->mm));
	w->vma = calloc(n + 1, sizeof(*w->vma));
	w->old = calloc(n + 1, sizeof(*w->old));
	if (!w->mm || !w->vma || !w->old)
		exit(3);
	coh_mapping_init(&w->file);
	for (unsigned i = 0; i < n; i++)
		add(w, i, &w->mm[i], USER);
	add(w, n, &w->mm[0], USER + 0x101000);
	coh_page_init(&w->page, 5);
	must(coh_page_set_file(&w->page, &w->file, 3));
	w->host.current = &w->mm[0];
	return w;
}

static void free_world(struct world *w)
{
	free(w->mm);
	free(w->vma);
	free(w->old);
	free(w);
}

/* ------------------------------------------------------------------------
 * Measuring.
 */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *rounds)
{
	qsort(rounds, ROUNDS, sizeof(*rounds), compare);
	return rounds[ROUNDS / 2];
}

typedef void job(struct world *w);

static void flush_layer(struct world *w)
{
	must(coh_flush_dcache_page(&w->coh, &w->page));
}

/* What the layer asks of the port for the same page: K, then two aliases. */
static void flush_bare(struct world *w)
{
	const struct coh_port *port = w->coh.port;

	port->dcache_flush(port->context, KERNEL + 5 * PAGE, PAGE);
	port->dcache_flush(port->context, USER + 3 * PAGE, PAGE);
	port->dcache_flush(port->context, USER + 0x104000, PAGE);
}

static void dirty_all(struct world *w)
{
	for (size_t i = 0; i < sizeof(w->host.bytes); i += LINE)
		*(volatile unsigned char *)&w->host.bytes[i] = 1;
}

/* The stores are in both, and go when the difference is taken. */
static void flush_layer_dirty(struct world *w)
{
	dirty_all(w);
	flush_layer(w);
}

static void flush_bare_dirty(struct world *w)
{
	dirty_all(w);
	flush_bare(w);
}

static void flush_nothing(struct world *w)
{
	(void)w;
}

/* One more process comes and goes. */
static void link_unlink(struct world *w)
{
	static struct coh_mm mm;
	static struct coh_vma vma;

	coh_vma_init(&vma, &mm, USER, 16 * PAGE, 0, COH_VMA_SHARED);
	must(coh_vma_link(&w->coh, &vma, &w->file));
	must(coh_vma_unlink(&w->coh, &vma));
}

static void fork_exit(struct world *w)
{
	static struct coh_mm mm;
	static struct coh_vma vma;

	must(coh_vma_fork(&w->coh, &w->vma[w->n / 2], &mm, &vma));
	must(coh_vma_unlink(&w->coh, &vma));
}

static void list_link_unlink(struct world *w)
{
	static struct old_vma v;

	old_link(w, &v);
	old_unlink(&v);
}

static double once(job *what, struct world *w, unsigned times)
{
	double start = now();

	for (unsigned i = 0; i < times; i++)
		what(w);
	return (now() - start) / times;
}

/* The medians of two jobs that take turns, in ns a call. */
static void both(job *a, struct world *wa, job *b, struct world *wb, unsigned times_a,
		 unsigned times_b, double *ns_a, double *ns_b)
{
	double rounds_a[ROUNDS], rounds_b[ROUNDS];

	once(a, wa, times_a);
	once(b, wb, times_b);
	for (int i = 0; i < ROUNDS; i++) {
		rounds_a[i] = once(a, wa, times_a);
		rounds_b[i] = once(b, wb, times_b);
	}
	*ns_a = median(rounds_a);
	*ns_b = median(rounds_b);
}

/* ------------------------------------------------------------------------
 * The tables.
 */

static unsigned missed;

static void bar(const char *what, double is, double at_most)
{
	bool met = is <= at_most;

	printf("bar: %s: %.2f, at most %.2f: %s\n", what, is, at_most, met ? "met" : "MISSED");
	missed += !met;
}

static void flush_by_processes(enum coh_indexing indexing, const char *name, bool lines)
{
	double layer[SIZES], list[SIZES];
	char what[80];

	printf("\n(a) flush_dcache_page, 2 aliases in the current mm, %s, %s; ns a call\n", name,
	       lines ? "lines flushed" : "the walk alone");
	printf("%22s %10s %12s %14s\n", "processes mapping it", "rmap", "2007's list",
	       "list / rmap");
	for (size_t i = 0; i < SIZES; i++) {
		struct world *w = make_world(indexing, sizes[i]);
		unsigned times = lines ? 400 : 20000;

		w->host.lines = lines;
		both(flush_layer, w, old_flush, w, times, times / (sizes[i] / 100 + 1) + 1,
		     &layer[i], &list[i]);
		printf("%22u %10.0f %12.0f %14.2f\n", sizes[i], layer[i], list[i],
		       list[i] / layer[i]);
		free_world(w);
	}
	printf("rmap, 100000 : 1 processes: %.2f\n", layer[SIZES - 1] / layer[0]);
	if (!lines)
		return;
	snprintf(what, sizeof(what), "100000 : 1 processes, %s", name);
	bar(what, layer[SIZES - 1] / layer[0], 1.5);
}

static void updates(void)
{
	printf("\n(b) updates of the map, ns (a link or a fork, and the unlink that undoes it)\n");
	printf("%22s %14s %14s %14s\n", "VMAs in the map", "link, unlink", "fork, unlink",
	       "2007's list");
	for (size_t i = 0; i < SIZES; i++) {
		struct world *w = make_world(COH_INDEXED_VIVT, sizes[i]);
		double link, fork, list, again;

		both(link_unlink, w, list_link_unlink, w, 20000, 20000, &link, &list);
		both(fork_exit, w, list_link_unlink, w, 20000, 20000, &fork, &again);
		printf("%22u %14.0f %14.0f %14.0f\n", sizes[i] + 1, link, fork, list);
		free_world(w);
	}
}

static void overhead_of(const char *what, struct world *w, job *layer, job *bare, unsigned times)
{
	double call, only;

	both(layer, w, bare, w, times, times, &call, &only);
	printf("%34s %8.0f %8.0f %10.0f\n", what, call, only, call - only);
	bar("overhead, as a share of 50 ns or 10 %",
	    (call - only) / (only * 0.1 > 50 ? only * 0.1 : 50), 1.0);
	free_world(w);
}

static void overhead(void)
{
	struct world *w;

	printf("\n(c) a call over the bare operations that it issues, ns\n");
	printf("%34s %8s %8s %10s\n", "", "call", "bare", "overhead");
	w = make_world(COH_INDEXED_VIVT, 10);
	w->host.lines = true;
	overhead_of("2 aliases and K, no line cached", w, flush_layer, flush_bare, 400);

	w = make_world(COH_INDEXED_VIVT, 10);
	w->host.lines = true;
	overhead_of("2 aliases and K, all lines dirty", w, flush_layer_dirty, flush_bare_dirty,
		    400);

	w = make_world(COH_INDEXED_VIVT, 1);
	w->page.index = 100; /* no VMA covers it */
	w->page.mark = 0; /* nobody had it */
	overhead_of("no user mapping: deferred", w, flush_layer, flush_nothing, 20000);

	w = make_world(COH_INDEXED_PIPT, 1);
	overhead_of("aliases always meet", w, flush_layer, flush_nothing, 20000);
}

int main(void)
{
	printf("bench-layer: median of %d rounds\n", ROUNDS);
	flush_by_processes(COH_INDEXED_VIVT, "VIVT", false);
	flush_by_processes(COH_INDEXED_VIVT, "VIVT", true);
	flush_by_processes(COH_INDEXED_VIPT, "aliasing VIPT", false);
	flush_by_processes(COH_INDEXED_VIPT, "aliasing VIPT", true);
	updates();
	overhead();
	if (missed)
		printf("\n%u bars missed\n", missed);
	return 0;
}
