/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The board (ARM Versatile/PB) and the map of virtual addresses.  Also for assembly.
 *
 *	0x00100000  user: code, from a file
 *	0x00200000  user: stack
 *	0x10000000  user: what a test maps
 *	0xc0000000  kernel: all RAM below the platter, cached
 *	0xd0000000  kernel: the platter, uncached
 *	0xe0000000  kernel: vmap, a page table of its own
 *	0xf0000000  kernel: devices, uncached
 *	0xffff0000  kernel: exception vectors
 */
#ifndef MINIKERNEL_BOARD_H
#define MINIKERNEL_BOARD_H

#define PAGE_SHIFT 12
#define PAGE_SIZE  0x1000
#define MEGABYTE   0x100000

#define KERNEL_BASE 0xc0000000
#define RAM_SIZE    0x02000000
#define IMAGE_PA    0x00010000 /* where QEMU puts a kernel image */

/* The disk's medium: memory that no cached mapping shows. */
#define PLATTER_PA 0x01f00000
#define PLATTER	   0xd0000000

#define VMAP	   0xe0000000
#define DEVICES_PA 0x10000000
#define DEVICES	   0xf0000000
#define VECTORS	   0xffff0000

#define USER_TEXT  0x00100000
#define USER_STACK 0x00200000
#define USER_AREA  0x10000000

/* Level-one descriptors; domain 0. */
#define SECTION_UNCACHED 0x412 /* kernel only */
#define SECTION_CACHED	 0x41e
#define COARSE_TABLE	 0x11

/* Control register: MMU, data cache, write buffer, instruction cache, high vectors. */
#define CONTROL_MMU	     0x0001
#define CONTROL_DCACHE	     0x0004
#define CONTROL_WRITE_BUFFER 0x0008
#define CONTROL_SYSTEM_ROM   0x0300 /* S and R: other meanings of access permissions */
#define CONTROL_ICACHE	     0x1000
#define CONTROL_HIGH_VECTORS 0x2000

/* Why enter_user came back. */
#define EVENT_SYSCALL	     0
#define EVENT_PREFETCH_ABORT 1
#define EVENT_DATA_ABORT     2
#define EVENT_UNDEFINED	     3
#define EVENT_INTERRUPT	     4

#endif
