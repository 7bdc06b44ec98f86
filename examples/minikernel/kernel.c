// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* From start.S to the tests, and what to do when the kernel itself faults. */
#include "examples/minikernel/kernel.h"

_Noreturn void kernel_main(uint32_t tags_pa);
_Noreturn void kernel_fault(uint32_t event, uint32_t pc);

void kernel_main(uint32_t tags_pa)
{
	console_init();
	print("KTAP version 1\n");
	options_read((const uint32_t *)(KERNEL_BASE + tags_pa));
	tables_init();
	coherency_init();
	frames_init();
	disk_init();
	irq_init();
	irq_on();
	tests_run();
	irq_off();
	power_off();
}

void kernel_fault(uint32_t event, uint32_t pc)
{
	static const char *const text[] = {
		[EVENT_SYSCALL] = "kernel: system call at",
		[EVENT_PREFETCH_ABORT] = "kernel: prefetch abort at",
		[EVENT_DATA_ABORT] = "kernel: data abort at",
		[EVENT_UNDEFINED] = "kernel: undefined instruction at",
		[EVENT_INTERRUPT] = "kernel: interrupt at",
	};

	panic(text[event], pc);
}
