// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who stored, and on whose behalf: in a second run (coherer watch --again).
 *
 * Nobody knows at a store that a report will name it, and to keep its stack at each store is too
 * dear.  But a first run has told which stores its findings named: instruction and word.  Only
 * those instructions get one more callback, which keeps the context of the last such store.
 */
#include <errno.h>
#include <unistd.h>

#include "watch/plugin/trace.h"

struct store {
	struct wire_wanted what;  /* the key */
	struct wire_stack *chain; /* NULL: not seen yet */
};

static GHashTable *stores; /* struct store, to itself; NULL: nobody asked */
static GHashTable *pcs;	   /* of stores */

static guint store_hash(gconstpointer p)
{
	const struct wire_wanted *w = p;

	return w->pc * 31 + w->pa;
}

static gboolean store_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct wire_wanted));
}

static bool read_wanted(int fd, struct wire_wanted *w)
{
	size_t have = 0;

	while (have < sizeof(*w)) {
		ssize_t n = read(fd, (char *)w + have, sizeof(*w) - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		have += (size_t)n;
	}
	return true;
}

void writers_init(int fd)
{
	struct wire_wanted w;

	stores = g_hash_table_new(store_hash, store_equal);
	pcs = g_hash_table_new(g_direct_hash, g_direct_equal);
	while (read_wanted(fd, &w)) {
		struct store *s = g_new0(struct store, 1);

		s->what = w;
		g_hash_table_add(stores, s);
		g_hash_table_add(pcs, GUINT_TO_POINTER(w.pc));
	}
	close(fd);
}

static void keep(struct store *s)
{
	if (!s->chain)
		s->chain = g_new0(struct wire_stack, 1);
	stack_capture(s->chain, s->what.pc);
}

static void on_wanted_store(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *udata)
{
	struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, vaddr);
	struct wire_wanted w = { .pc = GPOINTER_TO_UINT(udata) };
	uint32_t pa, end;

	(void)vcpu;
	if (!hw || qemu_plugin_hwaddr_is_io(hw))
		return;
	pa = (uint32_t)qemu_plugin_hwaddr_phys_addr(hw);
	end = pa + (1u << qemu_plugin_mem_size_shift(info));
	/* In the next virtual page, it is another physical one. */
	if (end > (pa | COH_PAGE_MASK))
		end = (pa | COH_PAGE_MASK) + 1;
	for (w.pa = pa & ~3u; w.pa < end; w.pa += 4) {
		struct store *s = g_hash_table_lookup(stores, &w);

		if (s)
			keep(s);
	}
}

void instrument_writer(struct qemu_plugin_insn *insn, uint32_t pc)
{
	if (pcs && g_hash_table_contains(pcs, GUINT_TO_POINTER(pc)))
		qemu_plugin_register_vcpu_mem_cb(insn, on_wanted_store, QEMU_PLUGIN_CB_R_REGS,
						 QEMU_PLUGIN_MEM_W, GUINT_TO_POINTER(pc));
}

void writers_send(uint32_t id, uint32_t pc, uint32_t pa)
{
	struct wire_wanted what = { pc, pa & ~3u };
	struct store *s = stores ? g_hash_table_lookup(stores, &what) : NULL;
	struct wire_writer w = { .id = id };

	if (!s || !s->chain)
		return;
	w.chain = *s->chain;
	send_message(WIRE_WRITER, &w, sizeof(w));
}
