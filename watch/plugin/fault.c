// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks of page tables that end in a fault.
 *
 * No access happens, so no callback tells of the walk.  But the exception begins at a known address,
 * and the address that faulted is in a register.  The entries that said "no" must be in memory: where
 * memory still holds an older entry, real hardware may go on with that.
 */
#include "watch/plugin/trace.h"

static struct qemu_plugin_register *address, *status[3]; /* by enum abort_kind */

void fault_register(const char *name, struct qemu_plugin_register *handle)
{
	if (!strcmp(name, tracer.isa->fault_address))
		address = handle;
	for (int kind = ABORT_DATA; kind <= ABORT_FETCH; kind++)
		if (!strcmp(name, tracer.isa->fault_status[kind]))
			status[kind] = handle;
}

static void on_abort(unsigned vcpu, void *udata)
{
	enum abort_kind kind = (enum abort_kind)(uintptr_t)udata;
	uint32_t back = read_register(tracer.reg[TARGET_REGISTERS - 2]);
	/* ARM returns to the instruction behind (fetch), or to the one after that (data). */
	uint32_t pc = back - (kind == ABORT_DATA ? 8 : 4);
	uint32_t va = kind == ABORT_DATA ? read_register(address) : pc;
	struct translation t;

	(void)vcpu;
	/* Else the code jumped there by itself. */
	if (!tracer.isa->in_abort_mode(read_register(tracer.status)) ||
	    !tracer.isa->fault_walked(read_register(status[kind])))
		return;
	dma_settle();
	coh_shadow_settle(tracer.shadow);
	va = mmu_modified_va(&tracer.mmu, va);
	if (walk(va, &t) != WALK_UNKNOWN)
		check_walk(&t, va, pc);
}

void instrument_fault(struct qemu_plugin_tb *tb)
{
	enum abort_kind kind =
		tracer.isa->abort_at(&tracer.mmu, (uint32_t)qemu_plugin_tb_vaddr(tb));

	if (kind != ABORT_NONE && address && status[kind])
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_abort, QEMU_PLUGIN_CB_R_REGS,
						     (void *)(uintptr_t)kind);
}
