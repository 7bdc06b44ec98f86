// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/*
 * The mutants that no run kills, and why.  What is killed must not fit any of these.
 *
 * NEEDLESS stands only where all the operations of a reason were dropped at once, in every run in
 * which they change something, and nothing went wrong.  The other reasons are from reading.
 * UNTRIED says nothing about the layer, but what the scenarios leave open.
 */
#include "tests/src/mutation/mutation.h"

#define WRONG (1u << COH_SIM_WRONG)
#define SHORT (1u << COH_SIM_SHORT)

/* clang-format off */ /* sentences, and a table of them */
#define LOCK \
	"two threads must really run at once, and the simulated CPUs take turns at points; " \
	"tests/src/torture/map_threads has such updates of the maps, and fails nearly always " \
	"without locks"
#define LOCK_OF_PAGE \
	"no scenario has another CPU map the same page between the load of the byte and its " \
	"store"
#define LOCK_OF_READERS \
	"rmap-locked reads the maps as rmap does, which needs no lock for that; kept to " \
	"show what the lock costs"
#define IRQ \
	"no scenario interrupts these few instructions with something that takes the same " \
	"lock"
#define IRQS_ON \
	"no scenario enters this with interrupts off, so to turn them on is to leave them " \
	"as they were"
#define CODE_BEFORE \
	"old code is dropped before the kernel's access, when nothing was changed yet; what " \
	"follows a store drops it again"
#define CODE_LEFT \
	"in no scenario is anything left to do: K is in memory, and old code was dropped, " \
	"by after_copy or by the flush before"
#define CODE_BEFORE_STORE \
	"old code of an alias is dropped before the kernel's access, when nothing was changed " \
	"yet; the flush behind a store drops it again"
#define CODE_TWICE \
	"page:drop_copied_code follows in coh_copy_to_user_page, and drops what was changed"
#define HINT_VIVT \
	"VIVT with hints: the operation names an address of the colour, where no line is; " \
	"kept to show just that"
#define SECOND_BEFORE \
	"the second flush of K, before the kernel's access: no scenario has K filled ahead " \
	"between the first one and the users'"
#define SECOND_IN_HOOK \
	"the second flush of K, in get_user_pages, under policies that hook it themselves: " \
	"no scenario has K filled ahead by then"
#define SECOND_AFTER \
	"the second flush of K, behind the kernel's store: memory has K's bytes already, and " \
	"no user has newer ones"
#define AHEAD_OF_PAGE \
	"no scenario fills lines ahead under the user's address before the page is there"
#define NONE_AHEAD \
	"no core with a VIVT cache in model/cpus reads data ahead: none of them has such " \
	"lines"
#define FIRST_WALK \
	"walk#1 need only look whether somebody conflicts: walk#2 makes every shared " \
	"mapping uncached, and flushes it"
#define SECOND_WALK \
	"walk#1 has done it for whom it found to conflict, and the others that walk#2 finds " \
	"have read only"
#define UNCACHED_TWICE \
	"coh_uncache_users_ and the flush behind it do the same, each for the other: one of " \
	"them is enough"
#define WINDOW \
	"no scenario interrupts it with another use of the window"
#define LAZY_HIGH \
	"on VIVT lazy comes here for pages without a kernel address: who uses such a page needs " \
	"coh_kmap, which flushes the users again"
#define LAZY_CODE \
	"lazy comes here for pages that were executed: no scenario has such a page's data in " \
	"users' lines when flush_dcache_page is called; with get_user_pages some do"
#define LAZY_SECOND \
	"the second flush of K, where lazy comes here for pages that were executed: no " \
	"scenario has K of such a page filled ahead by then"
#define CLEAN_LINE \
	"what stays is a clean line: whoever uses or maps the page next flushes that " \
	"colour, and no scenario comes between"
#define LAST_WAY \
	"code of pages without a kernel address, when the kernel has stored to one: it is " \
	"never in the last way then"
#define FLUSH_ALL \
	"flush-all flushes everything at every entry point: before anybody can see it the " \
	"next entry point, or dma_map, did"
#define K_TWICE \
	"K is flushed before and after the users: each makes up for the other, unless another " \
	"thread runs between the two; litmus/thread/t12-flush-after and t12-two-readers need " \
	"each"
#define CODE_COMES \
	"update_mmu_cache drops code of an I-cache that is tagged virtually again, when " \
	"something else is mapped at the address; not so where instructions are fetched in " \
	"order, which no run of this test says (tests/src/layer_facts_test)"

static const struct survivor survivors[] = {
	{ SURVIVES_COVERED, NULL, "lock", 0,
	  "policy_rmap_locked:flush_aliases_locked > *",
	  LOCK_OF_READERS },
	{ SURVIVES_COVERED, "all vipt meeting", NULL, 0,
	  "coh_copy_to_user_page > page:drop_copied_code > *",
	  CODE_LEFT },
	{ SURVIVES_COVERED, NULL, "dcache_clean icache_invalidate icache_invalidate_all dcache_flush_all", 0,
	  "coh_flush_icache_page > *",
	  CODE_LEFT },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_kmap > * > cache:vivt_code > *",
	  CODE_BEFORE_STORE },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_copy_from_user_page > * > cache:vivt_code > *",
	  CODE_BEFORE_STORE },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_get_user_page > * > cache:vivt_code > *",
	  CODE_BEFORE_STORE },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_copy_to_user_page > coh_rmap_begin_ > * > cache:vivt_code > *",
	  CODE_BEFORE_STORE },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_copy_to_user_page > policy_lazy:lazy_begin > * > cache:vivt_code > *",
	  CODE_BEFORE_STORE },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_copy_to_user_page > coh_rmap_end_ > * > cache:vivt_code > *",
	  CODE_TWICE },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_copy_to_user_page > coh_end_at_once_ > * > cache:vivt_code > *",
	  CODE_TWICE },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate", 0,
	  "coh_copy_to_user_page > policy_gup_hook:gup_after_copy > * > cache:vivt_code > *",
	  CODE_TWICE },
	{ SURVIVES_COVERED, "vivt", "dcache_flush", 0,
	  "*policy_hints:flush_hinted* > *",
	  HINT_VIVT },
	{ SURVIVES_COVERED, NULL, NULL, 0,
	  "* > coh_uncache_users_ > *",
	  UNCACHED_TWICE },
	{ SURVIVES_COVERED, NULL, "dcache_flush", 0,
	  "coh_get_user_page > policy_uncache:uncache_get_user > coh_flush_now_ > coh_flush_by_ > coh_alias_flush_ > *",
	  UNCACHED_TWICE },
	{ SURVIVES_COVERED, NULL, "dcache_flush", 0,
	  "coh_get_user_page > policy_gup_hook:gup_flush_anon > coh_flush_k_ > *",
	  "coh_get_user_page calls flush_dcache_page right behind the hook, and that flushes "
	  "K" },
	{ SURVIVES_COVERED, NULL, "dcache_flush", 0,
	  "coh_kunmap > policy_gup_hook:gup_end > coh_flush_k_#2 > *",
	  "gup-hook flushes at kmap, too, whatever the page that the slot shows then" },
	{ SURVIVES_COVERED, "vivt", "icache_invalidate_all", 0,
	  "coh_flush_cache_dup_mm > *",
	  "fork takes away rights to store only: the code at the parent's addresses stays "
	  "what it was" },
	{ SURVIVES_COVERED, "all", "icache_invalidate_all", 0,
	  "coh_copy_from_user_page > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "icache_invalidate_all", 0,
	  "coh_copy_user_page > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "icache_invalidate_all", 0,
	  "coh_copy_to_user_page > policy_flush_all:all_use#1 > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "icache_invalidate_all", 0,
	  "coh_flush_cache_*",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "icache_invalidate_all", 0,
	  "coh_get_user_page > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "icache_invalidate_all", 0,
	  "coh_kmap > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "icache_invalidate_all", 0,
	  "coh_update_mmu_cache > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "dcache_flush_all", 0,
	  "coh_*_user_page > page:finish_fill > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "dcache_flush_all", 0,
	  "coh_flush_cache_* > policy_flush_all:all_mm > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "dcache_flush_all", 0,
	  "coh_flush_cache_page > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "dcache_flush_all", 0,
	  "coh_flush_cache_vunmap > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, "all", "dcache_flush_all", 0,
	  "coh_*_kernel_vmap_range > *",
	  FLUSH_ALL },
	{ SURVIVES_COVERED, NULL, "icache_invalidate icache_invalidate_all", 0,
	  "coh_flush_cache_mm > cache:*",
	  CODE_COMES },
	{ SURVIVES_COVERED, NULL, "icache_invalidate icache_invalidate_all", 0,
	  "coh_flush_cache_range > cache:*",
	  CODE_COMES },
	{ SURVIVES_COVERED, NULL, "icache_invalidate", 0,
	  "coh_flush_cache_page > *",
	  CODE_COMES },
	{ SURVIVES_COVERED, "meeting", "kmap", 0,
	  "coh_page_write_back_ > coh_page_kmap_",
	  "without an address all of the cache is written back instead" },
	{ SURVIVES_NEEDLESS, NULL, NULL, 0,
	  "coh_kmap > * > coh_page_code_ > *",
	  CODE_BEFORE },
	{ SURVIVES_NEEDLESS, NULL, NULL, 0,
	  "coh_copy_from_user_page > * > coh_page_code_ > *",
	  CODE_BEFORE },
	{ SURVIVES_NEEDLESS, NULL, NULL, 0,
	  "coh_copy_user_page > * > coh_page_code_ > *",
	  CODE_BEFORE },
	{ SURVIVES_NEEDLESS, NULL, NULL, 0,
	  "coh_get_user_page > * > coh_page_code_ > *",
	  CODE_BEFORE },
	{ SURVIVES_NEEDLESS, NULL, NULL, 0,
	  "coh_copy_to_user_page > policy_lazy:lazy_begin > * > coh_page_code_ > *",
	  CODE_BEFORE },
	{ SURVIVES_NEEDLESS, NULL, NULL, 0,
	  "coh_copy_to_user_page > coh_rmap_begin_ > * > coh_page_code_ > *",
	  CODE_BEFORE },
	{ SURVIVES_NEEDLESS, NULL, NULL, 0,
	  "* > user:uncache_walk#1 > *",
	  FIRST_WALK },
	{ SURVIVES_NEEDLESS, NULL, "user_uncache", 0,
	  "user:uncache_if_conflicting > *",
	  FIRST_WALK },
	{ SURVIVES_ELSEWHERE, NULL, "lock", 0,
	  "coh_map_change_ > *",
	  LOCK },
	{ SURVIVES_ELSEWHERE, NULL, "lock", 0,
	  "vma:commit_space > *",
	  LOCK },
	{ SURVIVES_UNTRIED, NULL, "lock", 0,
	  "* > coh_page_ever_*",
	  LOCK_OF_PAGE },
	{ SURVIVES_UNTRIED, NULL, "lock", 0,
	  "coh_update_mmu_cache > policy_hints:hints_mapped",
	  LOCK_OF_PAGE },
	{ SURVIVES_UNTRIED, NULL, "lock", 0,
	  "policy_lazy:* > policy_lazy:lock_state",
	  LOCK_OF_PAGE },
	{ SURVIVES_UNTRIED, NULL, "irq_save", 0,
	  "coh_page_complete_ > coh_page_ever_#1",
	  IRQ },
	{ SURVIVES_UNTRIED, "meeting", "irq_save", 0,
	  "coh_page_complete_ > coh_page_ever_#2",
	  IRQ },
	{ SURVIVES_UNTRIED, NULL, "irq_save", 0,
	  "coh_flush_icache_page > *",
	  IRQ },
	{ SURVIVES_UNTRIED, NULL, "irq_save", 0,
	  "coh_update_mmu_cache > policy_hints:hints_mapped",
	  IRQ },
	{ SURVIVES_UNTRIED, NULL, "irq_save", 0,
	  "user:*",
	  IRQ },
	{ SURVIVES_UNTRIED, "meeting", "irq_save", 0,
	  "policy_lazy:lazy_mapped > *",
	  IRQ },
	{ SURVIVES_UNTRIED, NULL, "irq_restore", WRONG,
	  "coh_*",
	  IRQS_ON },
	{ SURVIVES_UNTRIED, NULL, "irq_restore", WRONG,
	  "user:*",
	  IRQS_ON },
	{ SURVIVES_UNTRIED, NULL, "irq_restore", WRONG,
	  "policy_lazy:lazy_mapped > *",
	  IRQS_ON },
	{ SURVIVES_COVERED, NULL, "dcache_flush", 0,
	  "coh_copy_* > coh_flush_k_#1 > *",
	  K_TWICE },
	{ SURVIVES_COVERED, NULL, "dcache_flush", 0,
	  "coh_get_user_page > * > coh_flush_k_#1 > *",
	  K_TWICE },
	{ SURVIVES_COVERED, NULL, "dcache_flush", 0,
	  "coh_kmap > * > coh_flush_k_#1 > *",
	  K_TWICE },
	{ SURVIVES_COVERED, NULL, "dcache_flush", 0,
	  "coh_kunmap > * > coh_flush_by_ > coh_flush_k_#1 > *",
	  K_TWICE },
	{ SURVIVES_COVERED, "vipt", "dcache_flush", 0,
	  "coh_flush_dcache_page > policy_lazy:lazy_flush_page > coh_rmap_flush_page_ > * > coh_flush_k_#1 > *",
	  K_TWICE },
	{ SURVIVES_COVERED, "vivt", "dcache_flush", 0,
	  "coh_flush_dcache_page > policy_lazy:lazy_flush_page > coh_rmap_flush_page_ > * > coh_flush_k_#1 > *",
	  K_TWICE },
	{ SURVIVES_UNTRIED, NULL, "dcache_flush", 0,
	  "coh_kmap > * > coh_flush_by_ > coh_flush_k_#2 > *",
	  SECOND_BEFORE },
	{ SURVIVES_UNTRIED, NULL, "dcache_flush", 0,
	  "coh_copy_from_user_page > * > coh_flush_by_ > coh_flush_k_#2 > *",
	  SECOND_BEFORE },
	{ SURVIVES_UNTRIED, NULL, "dcache_flush", 0,
	  "coh_copy_user_page > * > coh_flush_by_ > coh_flush_k_#2 > *",
	  SECOND_BEFORE },
	{ SURVIVES_UNTRIED, "vivt", "dcache_flush", 0,
	  "coh_get_user_page > * > coh_flush_by_ > coh_flush_k_#2 > *",
	  NONE_AHEAD },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_get_user_page > * > policy_gup_hook:gup_flush_page > coh_flush_by_ > coh_flush_k_#2 > *",
	  SECOND_IN_HOOK },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_get_user_page > policy_uncache:uncache_get_user > * > coh_flush_k_#2 > *",
	  SECOND_IN_HOOK },
	{ SURVIVES_COVERED, "vivt", "dcache_flush", 0,
	  "coh_get_user_page > policy_lazy:lazy_get_user > policy_lazy:lazy_flush_page > coh_rmap_flush_page_ > * > coh_alias_flush_ > *",
	  LAZY_HIGH },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_flush_dcache_page > policy_lazy:lazy_flush_page > coh_rmap_flush_page_ > * > coh_alias_flush_ > *",
	  LAZY_CODE },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_flush_dcache_page > policy_lazy:lazy_flush_page > coh_rmap_flush_page_ > * > coh_flush_k_#2 > *",
	  LAZY_SECOND },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_get_user_page > policy_lazy:lazy_get_user > policy_lazy:lazy_flush_page > coh_rmap_flush_page_ > * > coh_flush_k_#2 > *",
	  LAZY_SECOND },
	{ SURVIVES_UNTRIED, NULL, "dcache_flush", 0,
	  "coh_kunmap > * > coh_flush_by_ > coh_flush_k_#2 > *",
	  SECOND_AFTER },
	{ SURVIVES_UNTRIED, NULL, "dcache_flush", 0,
	  "coh_copy_to_user_page > * > coh_flush_by_ > coh_flush_k_#2 > *",
	  SECOND_AFTER },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_clear_user_page > * > coh_drop_ahead_ > *",
	  AHEAD_OF_PAGE },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_copy_user_page > * > coh_drop_ahead_ > *",
	  AHEAD_OF_PAGE },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_update_mmu_cache > * > coh_rmap_mapped_ > coh_drop_ahead_ > *",
	  "no scenario maps a page privately after shared stores (layer_mark_test does)" },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_update_mmu_cache > coh_rmap_mapped_ > coh_drop_ahead_ > *",
	  "no scenario maps a page privately after shared stores (layer_mark_test does)" },
	{ SURVIVES_UNTRIED, "vivt", "dcache_flush", 0,
	  "* > coh_drop_ahead_ > *",
	  NONE_AHEAD },
	{ SURVIVES_UNTRIED, "vivt", "dcache_flush", 0,
	  "coh_flush_dcache_page > * > coh_flush_by_ > coh_flush_k_#2 > *",
	  NONE_AHEAD },
	{ SURVIVES_UNTRIED, NULL, NULL, 0,
	  "* > user:uncache_walk#2 > *",
	  SECOND_WALK },
	{ SURVIVES_UNTRIED, "vipt", "window_unmap", 0,
	  "coh_drop_ahead_ > *",
	  WINDOW },
	{ SURVIVES_UNTRIED, "vipt", "window_unmap", 0,
	  "user:*",
	  WINDOW },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_kunmap > *coh_end_at_once_ > coh_flush_k_ > *",
	  CLEAN_LINE },
	{ SURVIVES_UNTRIED, NULL, "icache_invalidate_all", 0,
	  "coh_update_mmu_cache > * > user:complete_code > coh_page_drop_code_ > coh_icache_all_",
	  "pages without a kernel address: no scenario has old code of one when it is mapped" },
	{ SURVIVES_UNTRIED, NULL, "icache_invalidate_all", SHORT,
	  "coh_kunmap > coh_rmap_end_ > coh_end_at_once_ > coh_flush_now_ > * > coh_page_drop_code_ > coh_icache_all_",
	  LAST_WAY },
	{ SURVIVES_UNTRIED, "vipt", "dcache_flush", 0,
	  "coh_flush_cache_page > *",
	  "no scenario finds the old frame's lines again: they are tagged physically, and "
	  "update_mmu_cache flushes that colour" },
	{ SURVIVES_UNTRIED, "all", "dcache_flush_all", SHORT,
	  "coh_dma_unmap > *",
	  "no line that was filled ahead is in the last way at that time" },
	{ SURVIVES_UNTRIED, "meeting", "icache_invalidate_all", SHORT,
	  "coh_kunmap > coh_rmap_end_ > coh_end_at_once_ > coh_flush_now_ > * > coh_code_ > *",
	  LAST_WAY },
	{ SURVIVES_UNTRIED, "vivt", "irq_save", 0,
	  "policy_lazy:announce_use > *",
	  IRQ },
	{ SURVIVES_UNTRIED, "vivt", "irq_restore", WRONG,
	  "policy_lazy:announce_use > *",
	  IRQS_ON },
	{ SURVIVES_UNTRIED, NULL, "dcache_flush dcache_flush_all", 0,
	  "coh_kmap > coh_flush_k_ > *",
	  "no scenario reads ahead at the address of a kmap slot while it shows another page" },
	{ SURVIVES_UNTRIED, "vivt", "dcache_flush", 0,
	  "coh_copy_to_user_page > * > policy_lazy:is_done_without_users > coh_flush_k_ > *",
	  "no scenario looks at K's lines before the next switch empties the cache" },
	{ SURVIVES_UNTRIED, NULL, "dcache_flush_all", 0,
	  "coh_flush_cache_vunmap > cache:flush_for_vmap > *",
	  "no scenario reads ahead under K while the page is in a vmap" },
	{ SURVIVES_UNTRIED, "meeting", "kunmap", 0,
	  "coh_page_write_back_ > coh_page_kunmap_",
	  "no scenario executes so many pages of high memory that the slots run out" },
	{ SURVIVES_UNTRIED, "vipt", "unlock", 0,
	  "user:mapped_shared > coh_page_ever_",
	  "no scenario takes the layer's lock again for anything after two users conflicted" },
	{ 0, NULL, NULL, 0, NULL, NULL },
};
/* clang-format on */

const struct survivor *survivor_get(size_t i)
{
	return survivors[i].chain ? &survivors[i] : NULL;
}
