// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A new module is put at the beginning of the list.  To load one takes several switches of tasks, so
 * that none is missed whose code runs.  What is unloaded is not told: its code is no more, but what
 * it wrote may still be read.
 */
#include "watch/plugin/modules.h"

#include "watch/plugin/kernel_read.h"
#include "watch/plugin/trace.h"

#define MODULES_MAX	1024u /* a damaged list may have no end */
#define STATE_UNFORMED	3u    /* enum module_state: its fields are not filled in yet */
#define BUILD_ID_NOTE	".note.gnu.build-id"
#define BUILD_ID_TYPE	3u
#define SECTION_SUFFICE 4096u

static GHashTable *told; /* struct wire_module, by name */
static uint32_t last_first;

static void read_build_id(struct wire_module *m, uint32_t va)
{
	struct {
		uint32_t name_size, size, type;
		char name[4];
		uint8_t id[WIRE_BUILD_ID];
	} note;

	if (!guest_read(va, &note, sizeof(note)) || note.name_size != sizeof(note.name) ||
	    note.size != WIRE_BUILD_ID || note.type != BUILD_ID_TYPE)
		return;
	m->has_build_id = 1;
	memcpy(m->build_id, note.id, sizeof(m->build_id));
}

static void read_sections(const struct kernel_layout *k, uint32_t sections, struct wire_module *m)
{
	uint32_t n, at = sections + k->at[KERNEL_SECTIONS_FIRST], name, address;

	if (!kernel_field(k, sections, KERNEL_SECTIONS_COUNT, &n) || n > SECTION_SUFFICE)
		return;
	for (; n-- && m->n_sections < WIRE_SECTIONS; at += k->at[KERNEL_SECTION_SIZE]) {
		struct wire_section *s = &m->section[m->n_sections];

		if (!kernel_field(k, at, KERNEL_SECTION_NAME, &name) ||
		    !kernel_field(k, at, KERNEL_SECTION_ADDRESS, &address) ||
		    !guest_read_string(name, s->name, sizeof(s->name)))
			return;
		if (!strcmp(s->name, BUILD_ID_NOTE))
			read_build_id(m, address);
		/* What is freed after initialisation lies elsewhere. */
		if (address - m->base >= m->size)
			continue;
		s->address = address;
		m->n_sections++;
	}
}

/* False if it makes no sense, or not yet. */
static bool read_module(const struct kernel_layout *k, uint32_t module, struct wire_module *m)
{
	uint32_t state, sections;

	if (!kernel_field(k, module, KERNEL_MODULE_STATE, &state) || state == STATE_UNFORMED ||
	    !guest_read_string(module + k->at[KERNEL_MODULE_NAME], m->name, sizeof(m->name)) ||
	    !*m->name || !kernel_follow(k, module, KERNEL_MODULE_BASE, &m->base) ||
	    !kernel_field(k, module, KERNEL_MODULE_SIZE, &m->size) || !m->size ||
	    m->base + m->size < m->base)
		return false;
	if (k->at[KERNEL_SECTION_SIZE] != KERNEL_ABSENT &&
	    kernel_follow(k, module, KERNEL_MODULE_SECTIONS, &sections))
		read_sections(k, sections, m);
	return true;
}

static void tell(const struct wire_module *m)
{
	const struct wire_module *before = g_hash_table_lookup(told, m->name);
	struct wire_module *copy;

	if (before && !memcmp(before, m, sizeof(*m)))
		return;
	copy = g_memdup2(m, sizeof(*m));
	g_hash_table_replace(told, copy->name, copy);
	events_module(m);
}

void modules_look(const struct kernel_layout *k)
{
	uint32_t head = k->at[KERNEL_MODULES], entry;

	if (head == KERNEL_ABSENT || !guest_read_word(head, &entry))
		return;
	if (!told)
		told = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	last_first = entry;
	for (unsigned i = 0; i < MODULES_MAX && entry != head && kernel_pointer(k, entry); i++) {
		struct wire_module m = { 0 };

		if (read_module(k, entry - k->at[KERNEL_MODULE_LIST], &m))
			tell(&m);
		if (!guest_read_word(entry, &entry))
			return;
	}
}

void modules_look_again(const struct kernel_layout *k)
{
	uint32_t first;

	if (k->at[KERNEL_MODULES] != KERNEL_ABSENT &&
	    guest_read_word(k->at[KERNEL_MODULES], &first) && first != last_first)
		modules_look(k);
}
