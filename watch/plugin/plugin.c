// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The QEMU plugin: installation, and what is instrumented when code is
 * translated.  See trace.h for the other files.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "watch/plugin/context.h"
#include "watch/plugin/guest_ram.h"
#include "watch/plugin/trace.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;
QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
					   char **argv);

struct tracer tracer;

static struct {
	int fd;
	const char *cpu;
	bool write_allocate;
	char qemu[64];
} options = { .fd = -1, .cpu = "auto", .write_allocate = true };

uint32_t read_register(struct qemu_plugin_register *reg)
{
	uint32_t value = 0;

	g_byte_array_set_size(tracer.scratch, 0);
	if (reg && qemu_plugin_read_register(reg, tracer.scratch) >= 4)
		memcpy(&value, tracer.scratch->data, sizeof(value));
	return value;
}

/* ---- translation ---- */

/* One site for each address and encoding: other code at the address is another. */
static struct action_site *site_at(uint32_t pc, uint32_t word, const struct action *a)
{
	gint64 key = (gint64)((uint64_t)pc << 32 | word);
	struct action_site *s = g_hash_table_lookup(tracer.site_by_key, &key);

	if (s)
		return s;
	s = g_new0(struct action_site, 1);
	s->key = key;
	s->action = *a;
	s->pc = pc;
	s->next = tracer.sites;
	tracer.sites = s;
	g_hash_table_insert(tracer.site_by_key, &s->key, s);
	return s;
}

/*
 * Only in a privileged mode has an operation its effect; elsewhere it traps.  A
 * block is translated for the mode that the CPU is in, and runs in no other.
 */
static bool in_user_mode(void)
{
	return tracer.isa->in_user_mode(read_register(tracer.status));
}

static bool is_action(const struct qemu_plugin_insn *insn)
{
	uint32_t word = 0;

	return qemu_plugin_insn_size(insn) == sizeof(word) &&
	       qemu_plugin_insn_data(insn, &word, sizeof(word)) == sizeof(word) &&
	       tracer.isa->decode(word).kind != ACTION_NONE;
}

static void instrument_fetches(struct qemu_plugin_tb *tb, size_t n)
{
	size_t first = 0;

	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && !is_action(qemu_plugin_tb_get_insn(tb, i)))
			continue;
		instrument_part(tb, first, i);
		first = i + 1;
	}
}

static void instrument_action(struct qemu_plugin_insn *insn, uint32_t pc, uint32_t word)
{
	struct action a = tracer.isa->decode(word);

	if (a.kind != ACTION_NONE && !in_user_mode())
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_action, QEMU_PLUGIN_CB_R_REGS,
						       site_at(pc, word, &a));
}

static void instrument_insn(struct qemu_plugin_insn *insn)
{
	uint32_t pc = (uint32_t)qemu_plugin_insn_vaddr(insn), word = 0;
	bool arm = qemu_plugin_insn_size(insn) == sizeof(word) &&
		   qemu_plugin_insn_data(insn, &word, sizeof(word)) == sizeof(word);
	void *udata = pack_access(pc, arm ? tracer.isa->access_size(word) : 0);

	qemu_plugin_register_vcpu_mem_cb(
		insn, tracer.sweep & COH_SWEEP_LOADS ? on_sweeping_load : on_load,
		QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_MEM_R, udata);
	qemu_plugin_register_vcpu_mem_cb(insn, on_store, QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_MEM_W,
					 udata);
	instrument_writer(insn, pc);
	if (arm)
		instrument_action(insn, pc, word);
}

/* ---- start and end ---- */

static struct qemu_plugin_register *main_id, *system_control, *table_base;

static void find_registers(void)
{
	const struct instruction_set *isa = tracer.isa;
	GArray *regs = qemu_plugin_get_registers();

	for (guint i = 0; i < regs->len; i++) {
		qemu_plugin_reg_descriptor *r = &g_array_index(regs, qemu_plugin_reg_descriptor, i);

		for (unsigned n = 0; n < TARGET_REGISTERS; n++)
			if (!strcmp(r->name, isa->general[n]))
				tracer.reg[n] = r->handle;
		if (!strcmp(r->name, isa->status))
			tracer.status = r->handle;
		if (!strcmp(r->name, isa->main_id))
			main_id = r->handle;
		if (!strcmp(r->name, isa->control))
			system_control = r->handle;
		if (!strcmp(r->name, isa->tables))
			table_base = r->handle;
		fault_register(r->name, r->handle);
	}
	g_array_free(regs, TRUE);
	if (!main_id || !tracer.status)
		events_refuse(
			"the guest's core has no register '%s': it is none of ARMv4 or ARMv5, "
			"whose cache operations and page tables are understood",
			main_id ? isa->status : isa->main_id);
}

static const struct coh_cpu *choose_cpu(uint32_t midr)
{
	const char *reason = tracer.isa->refuses(midr);
	const struct coh_cpu *cpu;

	if (reason)
		events_refuse("the guest's core (main ID 0x%08x) %s", midr, reason);
	if (strcmp(options.cpu, "auto"))
		return coh_cpu_find(options.cpu);
	cpu = coh_cpu_find_midr(midr);
	if (cpu)
		return cpu;
	events_note(true, "core with main ID 0x%08x is not known: taken for an ARM926EJ-S", midr);
	return coh_cpu_find("arm926ej-s");
}

static bool make_shadow(const struct coh_cpu *cpu)
{
	struct coh_shadow_config config = {
		.d = cpu->dcache,
		.i = *coh_cpu_icache(cpu),
		.write_allocate = options.write_allocate || cpu->dcache.alloc != COH_ALLOC_READ,
		.page_size = COH_PAGE_SIZE,
	};

	tracer.shadow = coh_shadow_new(&config);
	if (!tracer.shadow)
		return false;
	tracer.granule = coh_shadow_granule(tracer.shadow);
	for (int attr = COH_UNCACHED; attr <= COH_WRITE_THROUGH; attr++)
		tracer.views[attr] = coh_shadow_view(tracer.shadow, attr);
	return true;
}

static void say_hello(const struct coh_cpu *cpu)
{
	struct wire_hello hello = {
		.version = WIRE_VERSION,
		.write_allocate = options.write_allocate || cpu->dcache.alloc != COH_ALLOC_READ,
		.sees_ram = tracer.sees_ram,
	};
	const char *why_not = dma_begin();

	hello.sees_devices = !why_not;
	g_strlcpy(hello.why_not, why_not ? why_not : "", sizeof(hello.why_not));

	g_strlcpy(hello.cpu, cpu->name, sizeof(hello.cpu));
	g_strlcpy(hello.qemu, options.qemu, sizeof(hello.qemu));
	events_hello(&hello);
}

static void start_again(const struct mmu *now)
{
	struct coh_who who = { 0 };

	tracer.mmu = *now;
	tracer.space = tracer.isa->space(now);
	/* What a reset leaves in the caches is for the boot code to deal with. */
	coh_shadow_maintain_all(tracer.shadow, COH_DATA, COH_FLUSH, &who);
	coh_shadow_maintain_all(tracer.shadow, COH_INSN, COH_INVALIDATE, &who);
	forget_views();
	forget_blocks_seen();
}

/*
 * The emulator translates otherwise than the tables that we know: the machine
 * was reset, or its state loaded, with no instruction that says so.
 */
bool resynchronize(void)
{
	struct mmu now = tracer.mmu;

	now.control = read_register(system_control);
	now.tables = read_register(table_base);
	if (!memcmp(&now, &tracer.mmu, sizeof(now)))
		return false;
	start_again(&now);
	return true;
}

/* In the CPU's thread, before anything else that it does after the reset. */
void after_reset(void)
{
	struct mmu now = {
		.control = read_register(system_control),
		.tables = read_register(table_base),
		.mini_by_c = tracer.mmu.mini_by_c,
	};

	start_again(&now);
}

/* In the main loop, while the CPU is stopped.  Its registers can be read in its own thread only. */
static void on_reset(void *opaque)
{
	(void)opaque;
	if (!tracer.shadow)
		return;
	atomic_store(&tracer.was_reset, true);
	atomic_store(&tracer.dma_waits, true);
	forget_views();
}

/* Where this is not exported, a reset is noticed when an address leads elsewhere. */
static void watch_resets(void)
{
	void (*register_reset)(void (*fn)(void *), void *opaque);

	*(void **)&register_reset = dlsym(RTLD_DEFAULT, "qemu_register_reset");
	if (register_reset)
		register_reset(on_reset, NULL);
}

/* At the first block: before it, system registers do not have their reset values. */
static void begin(void)
{
	const struct coh_cpu *cpu = choose_cpu(read_register(main_id));

	tracer.mmu.control = read_register(system_control);
	/* StrongARM selects it by C without B, XScale by a bit of its own. */
	tracer.mmu.mini_by_c = cpu->mini && cpu->sweep == COH_SWEEP_LOADS;
	tracer.mini_sets = cpu->mini / cpu->dcache.line / MINI_WAYS;
	if (!make_shadow(cpu))
		events_refuse("there is no memory for the shadow of '%s'", cpu->name);
	tracer.sweep = cpu->sweep;
	blocks_begin();
	forget_views();
	say_hello(cpu);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	if (!n)
		return;
	if (!tracer.shadow)
		begin();
	instrument_fetches(tb, n);
	instrument_fault(tb);
	for (size_t i = 0; i < n; i++)
		instrument_insn(qemu_plugin_tb_get_insn(tb, i));
}

static void on_vcpu(qemu_plugin_id_t id, unsigned vcpu)
{
	if (vcpu)
		return;
	find_registers();
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
}

static void on_end(qemu_plugin_id_t id, void *udata)
{
	(void)id;
	(void)udata;
	if (!tracer.shadow)
		return;
	atomic_store(&tracer.was_reset, false); /* no registers can be read here */
	dma_settle();
	dma_end();
	events_end();
}

static bool parse_option(const char *arg)
{
	const char *value = strchr(arg, '=');

	if (!value)
		return false;
	value++;
	if (g_str_has_prefix(arg, "fd="))
		options.fd = atoi(value);
	else if (g_str_has_prefix(arg, "cpu="))
		options.cpu = g_strdup(value);
	else if (!strcmp(arg, "allocate=write") || !strcmp(arg, "allocate=core"))
		options.write_allocate = !strcmp(value, "write");
	else if (g_str_has_prefix(arg, "writers="))
		writers_init(atoi(value));
	else if (!strcmp(arg, "callers=yes"))
		callers_init();
	else if (g_str_has_prefix(arg, "coherent="))
		dma_coherent(value);
	else if (g_str_has_prefix(arg, "kernel="))
		return context_option(value);
	else
		return false;
	return true;
}

static int refuse(const char *why)
{
	fprintf(stderr, "coherer: %s\n", why);
	return -1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!parse_option(argv[i])) {
			fprintf(stderr, "coherer: unknown plugin option '%s'\n", argv[i]);
			return -1;
		}
	tracer.isa = info->system_emulation ? instruction_set_for(info->target_name) : NULL;
	if (!tracer.isa)
		return refuse("this QEMU emulates another architecture; qemu-system-arm is needed");
	if (info->version.cur < QEMU_PLUGIN_VERSION)
		return refuse("this QEMU is too old: 9.2 or newer is needed");
	if (info->system.max_vcpus > 1 && info->system.smp_vcpus > 1)
		return refuse("machines with more than one CPU are not supported yet");
	if (strcmp(options.cpu, "auto") && !coh_cpu_find(options.cpu))
		return refuse("the core named by cpu= is not known");
	if (options.fd < 0)
		return refuse("no fd=N given: start me with 'coherer watch'");
	snprintf(options.qemu, sizeof(options.qemu), "%s, plugin interface %d", info->target_name,
		 info->version.cur);
	/* A runner that died must not take the guest along. */
	signal(SIGPIPE, SIG_IGN);
	tracer.scratch = g_byte_array_new();
	blocks_init();
	dma_init();
	watch_resets();
	tracer.site_by_key = g_hash_table_new(g_int64_hash, g_int64_equal);
	for (int side = COH_DATA; side <= COH_INSN; side++)
		tracer.maint[side] = g_new0(struct maint_slot, MAINT_LOG);
	tracer.sees_ram = guest_ram_init();
	if (!events_init(options.fd))
		return refuse("no memory");
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
