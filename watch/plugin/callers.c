// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who asks for maintenance: for each call path to an operation, how often it came and what it did.
 *
 * To unwind the stack takes the guest's symbols, and time.  So a path has a name that is cheaper,
 * a hash of all words in lr and on the stack that follow a call; and for each name one context is
 * kept, for the runner to unwind.  Paths of one name are counted together: of a boot of Linux with
 * its workload one in 50,000 differed from the path that was kept for it, where names of lr and sp
 * alone mistook one in eight.  One path may have several names, as there are old words on a stack:
 * the runner counts them together again.
 *
 * A loop over the lines of a range asks once: an operation on the next line, with the same lr and
 * sp, came the same way as the last one.
 */
#include "watch/plugin/trace.h"

#define PATHS_MAX 32768u
#define LOOK	  512u /* words of the stack */

struct path_name {
	const struct action_site *site;
	uint32_t sp;	/* within the stack: equal for tasks that took the same way */
	uint32_t calls; /* a hash of what can be return addresses, in lr and down the stack */
};

struct path {
	struct path_name name;
	struct wire_path sent;
};

static GHashTable *paths; /* by name; NULL: nobody asked */

static guint path_hash(gconstpointer p)
{
	const struct path_name *k = p;

	return (k->site->pc * 31 + k->calls) * 31 + k->sp;
}

static gboolean path_equal(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct path_name));
}

static uint32_t add_call(uint32_t hash, uint32_t word)
{
	return is_return_address(word) ? (hash ^ word) * 16777619u : hash;
}

static uint32_t hash_calls(uint32_t lr, uint32_t sp)
{
	uint32_t hash = add_call(2166136261u, lr), word[LOOK];
	uint32_t n = stack_read(sp & ~3u, word, sizeof(word)) / sizeof(*word);

	for (uint32_t i = 0; i < n; i++)
		hash = add_call(hash, word[i]);
	return hash;
}

void callers_init(void)
{
	paths = g_hash_table_new_full(path_hash, path_equal, NULL, g_free);
}

/*
 * Up or down.  Not on the same line, and not into another page: that may be a second call, of the
 * same function and from the same depth of the stack.
 */
static bool is_next(uint32_t before, uint32_t va)
{
	uint32_t line = coh_shadow_dcache(tracer.shadow)->line;

	return (va ^ before) < COH_PAGE_SIZE && (va - before == line || before - va == line);
}

static struct path *path_new(const struct path_name *name)
{
	struct path *p;

	if (g_hash_table_size(paths) == PATHS_MAX)
		return NULL;
	p = g_new0(struct path, 1);
	p->name = *name;
	p->sent.site = events_site(name->site);
	p->sent.site.count = p->sent.site.redundant = p->sent.site.wrote = 0;
	stack_capture(&p->sent.chain, name->site->pc);
	g_hash_table_insert(paths, &p->name, p);
	return p;
}

static struct path *path_of(const struct action_site *site, uint32_t lr, uint32_t sp)
{
	struct path_name name = { site, sp & (STACK_SPAN - 1), hash_calls(lr, sp) };
	struct path *p = g_hash_table_lookup(paths, &name);

	return p ? p : path_new(&name);
}

void callers_count(struct action_site *site, uint32_t va, bool changed, bool wrote)
{
	struct last_call *last = &site->last;
	uint32_t lr, sp;

	if (!paths)
		return;
	lr = read_register(tracer.reg[14]);
	sp = read_register(tracer.reg[13]);
	if (!last->path || last->lr != lr || last->sp != sp || !is_next(last->va, va))
		*last = (struct last_call){ lr, sp, va, path_of(site, lr, sp) };
	last->va = va;
	if (!last->path)
		return;
	last->path->sent.site.count++;
	last->path->sent.site.redundant += !changed;
	last->path->sent.site.wrote += wrote;
}

void callers_send(void)
{
	GHashTableIter it;
	gpointer p;

	if (!paths)
		return;
	g_hash_table_iter_init(&it, paths);
	while (g_hash_table_iter_next(&it, NULL, &p))
		send_message(WIRE_PATH, &((struct path *)p)->sent, sizeof(struct wire_path));
}
