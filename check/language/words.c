// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#include <string.h>

#include "check/language/words.h"

#define R WORD_RESULT
#define D WORD_DEVICE
#define L WORD_LAYER
#define M WORD_MAINTAINS

/* clang-format off */ /* a table */
const struct word words[LITMUS_OPS] = {
	[OP_LOAD] = { "load", "W", R },
	[OP_STORE] = { "store", "WV", 0 },
	[OP_FETCH] = { "fetch", "W", R },
	[OP_POLL] = { "poll", "W", R },
	[OP_DMA_READ] = { "dma_read", "Q", R | D },
	[OP_DMA_WRITE] = { "dma_write", "QV", D },

	[OP_CLEAN] = { "clean", "R", M },
	[OP_INVALIDATE] = { "invalidate", "R", M },
	[OP_FLUSH] = { "flush", "R", M },
	[OP_ICACHE] = { "invalidate_icache", "R", M },
	[OP_CLEAN_ALL] = { "clean_all", "", M },
	[OP_INVALIDATE_ALL] = { "invalidate_all", "", M },
	[OP_FLUSH_ALL] = { "flush_all", "", M },
	[OP_ICACHE_ALL] = { "invalidate_icache_all", "", M },
	[OP_CLEAN_SET] = { "clean_set", "W", M },
	[OP_INVALIDATE_SET] = { "invalidate_set", "W", M },
	[OP_FLUSH_SET] = { "flush_set", "W", M },
	[OP_OUTER_CLEAN] = { "clean_outer", "P", M },
	[OP_OUTER_INVALIDATE] = { "invalidate_outer", "P", M },
	[OP_OUTER_FLUSH] = { "flush_outer", "P", M },

	[OP_MAP] = { "map", "aT", 0 },
	[OP_UNMAP] = { "unmap", "a", 0 },
	[OP_PROTECT] = { "protect", "at", 0 },
	[OP_TLB] = { "invalidate_tlb", "a", 0 },
	[OP_TLB_LOCAL] = { "invalidate_tlb_local", "a", 0 },
	[OP_TLB_ALL] = { "invalidate_tlb_all", "", 0 },
	[OP_SWITCH_MM] = { "switch_mm", "m", 0 },

	[OP_LOCK] = { "lock", "l", 0 },
	[OP_UNLOCK] = { "unlock", "l", 0 },
	[OP_LOCK_IRQ] = { "lock_irq", "l", 0 },
	[OP_UNLOCK_IRQ] = { "unlock_irq", "l", 0 },
	[OP_LOCK_IRQSAVE] = { "lock_irqsave", "l", R },
	[OP_UNLOCK_IRQRESTORE] = { "unlock_irqrestore", "lg", 0 },
	[OP_IRQ_DISABLE] = { "irq_disable", "", 0 },
	[OP_IRQ_ENABLE] = { "irq_enable", "", 0 },
	[OP_IRQ_SAVE] = { "irq_save", "", R },
	[OP_IRQ_RESTORE] = { "irq_restore", "g", 0 },
	[OP_IPI] = { "ipi", "C", 0 },
	[OP_IPI_WAIT] = { "ipi_wait", "C", 0 },
	[OP_MIGRATE] = { "migrate", "c", 0 },
	[OP_EXCHANGE] = { "exchange", "vV", R },

	[OP_FLUSH_DCACHE_PAGE] = { "coh_flush_dcache_page", "p", L },
	[OP_FLUSH_ANON_PAGE] = { "coh_flush_anon_page", "a", L },
	[OP_GET_USER_PAGE] = { "coh_get_user_page", "ai", L },
	[OP_FLUSH_KERNEL_DCACHE_PAGE] = { "coh_flush_kernel_dcache_page", "p", L },
	[OP_KMAP] = { "coh_kmap", "pi", L },
	[OP_KUNMAP] = { "coh_kunmap", "pi", L },
	[OP_COPY_TO_USER_PAGE] = { "coh_copy_to_user_page", "WV", L },
	[OP_COPY_FROM_USER_PAGE] = { "coh_copy_from_user_page", "W", L | R },
	[OP_FLUSH_CACHE_PAGE] = { "coh_flush_cache_page", "a", L },
	[OP_FLUSH_CACHE_RANGE] = { "coh_flush_cache_range", "a", L },
	[OP_FLUSH_CACHE_MM] = { "coh_flush_cache_mm", "m", L },
	[OP_FLUSH_CACHE_DUP_MM] = { "coh_flush_cache_dup_mm", "m", L },
	[OP_UPDATE_MMU_CACHE] = { "coh_update_mmu_cache", "a", L },
	[OP_COH_SWITCH_MM] = { "coh_switch_mm", "m", L },
	[OP_FLUSH_ICACHE_RANGE] = { "coh_flush_icache_range", "R", L },
	[OP_FLUSH_ICACHE_PAGE] = { "coh_flush_icache_page", "a", L },
	[OP_VMAP] = { "vmap", "a", L },
	[OP_VUNMAP] = { "vunmap", "a", L },
	[OP_FLUSH_KERNEL_VMAP_RANGE] = { "coh_flush_kernel_vmap_range", "R", L },
	[OP_INVALIDATE_KERNEL_VMAP_RANGE] = { "coh_invalidate_kernel_vmap_range", "R", L },
	[OP_DMA_MAP] = { "coh_dma_map", "pd", L },
	[OP_DMA_UNMAP] = { "coh_dma_unmap", "pd", L },
	[OP_DMA_SYNC_FOR_CPU] = { "coh_dma_sync_for_cpu", "pd", L },
	[OP_DMA_SYNC_FOR_DEVICE] = { "coh_dma_sync_for_device", "pd", L },
	[OP_MMAP] = { "mmap", "a", L },
	[OP_MUNMAP] = { "munmap", "a", L },
	[OP_MPROTECT] = { "mprotect", "at", L },
	[OP_FORK] = { "fork", "mm", L },
	[OP_EXIT] = { "exit_mm", "m", L },
};
/* clang-format on */

bool litmus_op_is_layer(enum litmus_op op)
{
	return op >= OP_COH_FIRST;
}

bool litmus_op_is_maintenance(enum litmus_op op)
{
	return words[op].flags & WORD_MAINTAINS;
}

bool litmus_op_has_words(enum litmus_op op)
{
	return words[op].arguments && strpbrk(words[op].arguments, "WRQP");
}

const char *litmus_op_name(enum litmus_op op)
{
	return op < LITMUS_OPS && words[op].name ? words[op].name : "nothing";
}
