// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/src/layer_port.h"

static const char *const op_names[PORT_OPS] = {
	"clean",       "invalidate",  "flush",	     "flush_all",  "icache",	   "icache_all",
	"outer_clean", "outer_inval", "outer_flush", "window_map", "window_unmap", "kmap",
	"kunmap",      "copy",	      "zero",	     "lock",	   "unlock",	   "irq_save",
	"irq_restore", "uncache",     "report",	     "walk_enter", "walk_exit",	   "kernel_address",
	"current_mm",  "user_page",
};

static bool is_question(enum port_op op)
{
	return op >= PORT_WALK_ENTER;
}

/* ------------------------------------------------------------------------
 * The port.
 */

/* A walk reads the VMAs of others: only between walk_enter and walk_exit. */
static void no_walk_outside(struct layer *l)
{
	if (l->walks == 0)
		assert_int_equal(l->coh.counters[COH_COUNT_WALK], l->walks_counted);
}

static void record_copy(void *context, enum port_op op, uint64_t va, uint64_t len, uint64_t from)
{
	struct layer *l = context;
	struct port_call *call;

	if (l->quiet)
		return;
	no_walk_outside(l);
	assert_true(l->calls < LAYER_CALLS);
	call = &l->call[l->calls++];
	call->op = op;
	call->va = va;
	call->len = len;
	call->from = from;
	if (l->interrupt)
		l->interrupt(l, call);
}

static void record(void *context, enum port_op op, uint64_t va, uint64_t len)
{
	record_copy(context, op, va, len, 0);
}

static void record_range(void *context, enum port_op op, uint64_t va, size_t len, uint32_t line)
{
	assert_true(line && len);
	assert_int_equal(va % line, 0);
	assert_int_equal(len % line, 0);
	assert_true(va + (len - 1) >= va);
	record(context, op, va, len);
}

static uint32_t data_line(void *context)
{
	return ((struct layer *)context)->coh.config.dcache.line;
}

static uint32_t outer_line(void *context)
{
	return ((struct layer *)context)->coh.config.outer_line;
}

static void dcache_clean(void *context, uintptr_t va, size_t len)
{
	record_range(context, PORT_CLEAN, va, len, data_line(context));
}

static void dcache_invalidate(void *context, uintptr_t va, size_t len)
{
	record_range(context, PORT_INVALIDATE, va, len, data_line(context));
}

static void dcache_flush(void *context, uintptr_t va, size_t len)
{
	record_range(context, PORT_FLUSH, va, len, data_line(context));
}

static void dcache_flush_all(void *context)
{
	record(context, PORT_FLUSH_ALL, 0, 0);
}

static void icache_invalidate(void *context, uintptr_t va, size_t len)
{
	struct layer *l = context;

	assert_true(l->coh.config.icache.size);
	record_range(context, PORT_ICACHE, va, len, l->coh.config.icache.line);
}

static void icache_invalidate_all(void *context)
{
	assert_true(((struct layer *)context)->coh.config.icache.size);
	record(context, PORT_ICACHE_ALL, 0, 0);
}

static void outer_clean(void *context, coh_pa_t pa, size_t len)
{
	record_range(context, PORT_OUTER_CLEAN, pa, len, outer_line(context));
}

static void outer_invalidate(void *context, coh_pa_t pa, size_t len)
{
	record_range(context, PORT_OUTER_INVALIDATE, pa, len, outer_line(context));
}

static void outer_flush(void *context, coh_pa_t pa, size_t len)
{
	record_range(context, PORT_OUTER_FLUSH, pa, len, outer_line(context));
}

static uintptr_t window_map(void *context, uintptr_t pfn, uintptr_t colour, uintptr_t *saved)
{
	struct layer *l = context;

	assert_true(l->walks > 0);
	assert_true(l->coh.colour_mask && colour <= l->coh.colour_mask);
	assert_true(l->coh.config.dcache.indexing == COH_INDEXED_VIPT);
	*saved = l->window[colour];
	l->window[colour] = pfn;
	l->windows++;
	record(context, PORT_WINDOW_MAP, pfn, colour);
	return WINDOW_AT(colour);
}

static void window_unmap(void *context, uintptr_t window, uintptr_t saved)
{
	struct layer *l = context;

	assert_true(l->walks > 0 && l->windows-- > 0);
	l->window[(window - WINDOW) / PAGE_BYTES] = saved;
	record(context, PORT_WINDOW_UNMAP, window, saved);
}

static uintptr_t kernel_address(void *context, uintptr_t pfn)
{
	struct layer *l = context;

	record(context, PORT_KERNEL_ADDRESS, pfn, 0);
	if (pfn < LINEAR_SIZE / PAGE_BYTES)
		return LINEAR + pfn * PAGE_BYTES;
	return l->high_is_mapped ? KMAP : 0;
}

static uintptr_t kmap(void *context, uintptr_t pfn)
{
	struct layer *l = context;

	record(context, PORT_KMAP, pfn, 0);
	if (pfn < LINEAR_SIZE / PAGE_BYTES)
		return LINEAR + pfn * PAGE_BYTES;
	if (!l->slots)
		return 0;
	l->slots--;
	l->high_is_mapped = true;
	return KMAP;
}

static void kunmap(void *context, uintptr_t pfn, uintptr_t va)
{
	struct layer *l = context;

	record(context, PORT_KUNMAP, pfn, va);
	if (va == KMAP) {
		l->slots++;
		l->high_is_mapped = false;
	}
}

static void copy(void *context, uintptr_t to, uintptr_t from, size_t len)
{
	record_copy(context, PORT_COPY, to, len, from);
}

static void zero(void *context, uintptr_t to, size_t len)
{
	record(context, PORT_ZERO, to, len);
}

static void take(void *context, coh_lock_t *lock)
{
	struct layer *l = context;

	if (l->quiet)
		return;
	assert_null(l->locked);
	l->locked = lock;
	record(context, PORT_LOCK, (uintptr_t)lock, 0);
}

static void release(void *context, coh_lock_t *lock)
{
	struct layer *l = context;

	if (l->quiet)
		return;
	assert_ptr_equal(l->locked, lock);
	l->locked = NULL;
	record(context, PORT_UNLOCK, (uintptr_t)lock, 0);
}

/* The flags say how deep this one is, so that restoring another's is noticed. */
static uintptr_t irq_save(void *context)
{
	struct layer *l = context;

	record(context, PORT_IRQ_SAVE, 0, 0);
	return (uintptr_t)(0xf1a90 + l->irqs++);
}

static void irq_restore(void *context, uintptr_t flags)
{
	struct layer *l = context;

	assert_int_equal(flags, 0xf1a90 + --l->irqs);
	record(context, PORT_IRQ_RESTORE, 0, 0);
}

static void walk_enter(void *context)
{
	struct layer *l = context;

	record(context, PORT_WALK_ENTER, 0, 0);
	l->walks++;
}

static void walk_exit(void *context)
{
	struct layer *l = context;

	assert_true(l->walks > 0);
	if (--l->walks == 0)
		l->walks_counted = l->coh.counters[COH_COUNT_WALK];
	record(context, PORT_WALK_EXIT, 0, 0);
}

static struct coh_mm *current_mm(void *context)
{
	record(context, PORT_CURRENT_MM, 0, 0);
	return ((struct layer *)context)->current;
}

static struct layer_translation *translation(struct layer *l, struct coh_mm *mm, uintptr_t va)
{
	for (unsigned i = 0; i < l->translations; i++)
		if (l->translation[i].mm == mm && l->translation[i].va == va)
			return &l->translation[i];
	return NULL;
}

static bool user_page(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t *pfn)
{
	struct layer_translation *t = translation(context, mm, va);

	record(context, PORT_USER_PAGE, va, (uintptr_t)mm);
	if (t)
		*pfn = t->pfn;
	return t;
}

static bool user_may_map(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	struct layer *l = context;
	struct layer_translation *t = translation(l, mm, va);

	assert_true(l->walks > 0);
	assert_ptr_equal(mm, l->current);
	return !l->looks_at_tables || (t && t->pfn == pfn);
}

static bool user_uncache(void *context, struct coh_mm *mm, uintptr_t va, uintptr_t pfn)
{
	struct layer_translation *t = translation(context, mm, va);

	record_copy(context, PORT_UNCACHE, va, (uintptr_t)mm, pfn);
	if (!t || t->pfn != pfn)
		return false;
	t->uncached = true;
	return true;
}

static void report(void *context, int error, const void *object)
{
	record(context, PORT_REPORT, (uint64_t)-error, (uintptr_t)object);
}

void layer_port(struct layer *l)
{
	l->port = (struct coh_port){
		.context = l,
		.dcache_clean = dcache_clean,
		.dcache_invalidate = dcache_invalidate,
		.dcache_flush = dcache_flush,
		.dcache_flush_all = dcache_flush_all,
		.icache_invalidate = icache_invalidate,
		.icache_invalidate_all = icache_invalidate_all,
		.outer_clean = outer_clean,
		.outer_invalidate = outer_invalidate,
		.outer_flush = outer_flush,
		.window_map = window_map,
		.window_unmap = window_unmap,
		.kernel_address = kernel_address,
		.kmap = kmap,
		.kunmap = kunmap,
		.copy = copy,
		.zero = zero,
		.lock = take,
		.unlock = release,
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
}

/* ------------------------------------------------------------------------
 * What was asked.
 */

void layer_reset(struct layer *l)
{
	l->calls = 0;
	l->walks_counted = l->coh.counters[COH_COUNT_WALK];
	memcpy(l->counters, l->coh.counters, sizeof(l->counters));
	for (unsigned i = 0; i < l->watches; i++)
		memcpy(l->watched[i].bytes, l->watched[i].object, l->watched[i].size);
}

static void print_call(const char *what, const struct port_call *call)
{
	print_error("  %s %-14s %#llx %#llx %#llx\n", what, op_names[call->op],
		    (unsigned long long)call->va, (unsigned long long)call->len,
		    (unsigned long long)call->from);
}

static bool same(const struct layer *l, const struct port_call *want, size_t n, bool all)
{
	size_t i = 0;

	for (unsigned c = 0; c < l->calls; c++) {
		const struct port_call *call = &l->call[c];

		if (!all && is_question(call->op))
			continue;
		if (i == n || call->op != want[i].op || call->va != want[i].va ||
		    call->len != want[i].len || call->from != want[i].from)
			return false;
		i++;
	}
	return i == n;
}

/* Every operation is counted, once, as what it was. */
static void operations_are_counted(struct layer *l)
{
	static const struct {
		enum coh_counter counter;
		enum port_op op;
	} counted[] = {
		{ COH_COUNT_CLEAN, PORT_CLEAN },       { COH_COUNT_INVALIDATE, PORT_INVALIDATE },
		{ COH_COUNT_FLUSH, PORT_FLUSH },       { COH_COUNT_FLUSH_ALL, PORT_FLUSH_ALL },
		{ COH_COUNT_ICACHE, PORT_ICACHE },     { COH_COUNT_ICACHE_ALL, PORT_ICACHE_ALL },
		{ COH_COUNT_OUTER, PORT_OUTER_CLEAN }, { COH_COUNT_OUTER, PORT_OUTER_INVALIDATE },
		{ COH_COUNT_OUTER, PORT_OUTER_FLUSH },
	};
	uint32_t n[COH_COUNTERS] = { 0 };

	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		for (unsigned c = 0; c < l->calls; c++)
			n[counted[i].counter] += l->call[c].op == counted[i].op;
	for (int c = COH_COUNT_CLEAN; c <= COH_COUNT_OUTER; c++)
		assert_int_equal(l->coh.counters[c] - l->counters[c], n[c]);
}

void layer_asked_(struct layer *l, const struct port_call *want, size_t n, bool all,
		  const char *file, int line)
{
	if (!same(l, want, n, all)) {
		for (size_t i = 0; i < n; i++)
			print_call("expected", &want[i]);
		for (unsigned c = 0; c < l->calls; c++)
			if (all || !is_question(l->call[c].op))
				print_call("asked   ", &l->call[c]);
		_fail(file, line);
	}
	assert_int_equal(l->walks, 0);
	assert_int_equal(l->irqs, 0);
	assert_int_equal(l->windows, 0);
	assert_null(l->locked);
	no_walk_outside(l);
	operations_are_counted(l);
	layer_reset(l);
}

void layer_counted_(struct layer *l, const struct layer_count *want, size_t n, const char *file,
		    int line)
{
	for (int c = COH_COUNT_OUTER + 1; c < COH_COUNTERS; c++) {
		uint32_t expected = 0, counted = l->coh.counters[c] - l->counters[c];

		for (size_t i = 0; i < n; i++)
			if (want[i].counter == (enum coh_counter)c)
				expected = want[i].n;
		if (counted != expected) {
			print_error("  %s: expected %u, counted %u\n",
				    coh_counter_name((enum coh_counter)c), expected, counted);
			_fail(file, line);
		}
	}
}

void layer_watch(struct layer *l, const void *object, size_t size)
{
	assert_true(l->watches < sizeof(l->watched) / sizeof(l->watched[0]));
	assert_true(size <= sizeof(l->watched[0].bytes));
	l->watched[l->watches].object = object;
	l->watched[l->watches++].size = size;
	layer_reset(l);
}

void layer_refused_(struct layer *l, int want, int got, const char *what, const char *file,
		    int line)
{
	bool changed = false;

	for (unsigned i = 0; i < l->watches; i++)
		changed |=
			memcmp(l->watched[i].bytes, l->watched[i].object, l->watched[i].size) != 0;
	if (got != want || changed) {
		print_error("  %s: \"%s\", expected \"%s\"%s\n", what, coh_error_text(got),
			    coh_error_text(want), changed ? "; and something was changed" : "");
		_fail(file, line);
	}
	assert_true(want < 0);
	assert_string_not_equal(coh_error_text(want), "unknown error");
	layer_asked_(l, NULL, 0, false, file, line);
}
