/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The calls of the layer that can be left out: HOOK(name) for each coh_name.  clear_user_page and
 * copy_user_page leave a plain loop through K in their place.  And of those of coh_flush_dcache_page: flush_in_interrupt, those of the disk's interrupt; flush_amid, those
 * of an interrupt amid an update of the page's map.  No guard.
 */
HOOK(switch_mm)
HOOK(update_mmu_cache)
HOOK(flush_cache_range)
HOOK(flush_cache_page)
HOOK(flush_cache_mm)
HOOK(flush_cache_dup_mm)
HOOK(clear_user_page)
HOOK(copy_user_page)
HOOK(flush_dcache_page)
HOOK(get_user_page)
HOOK(flush_icache_range)
HOOK(flush_cache_vmap)
HOOK(flush_cache_vunmap)
HOOK(dma_map)
HOOK(dma_unmap)
HOOK(flush_in_interrupt)
HOOK(flush_amid)
