/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * What the memory management tells the layer: VMAs come, change and go.
 *
 * All in process context, with mmap_lock held so that the VMA stays what it is.  From an
 * interrupt a page's user aliases can be looked up at any time, also amid one of these.
 */
#ifndef _LINUX_COHERER_H
#define _LINUX_COHERER_H

#include <linux/coherer_types.h>

struct address_space;
struct pipe_buffer;
struct pipe_inode_info;
struct vm_area_struct;

#ifdef CONFIG_COHERER
#include <coherer/coherer.h>

/* A file's pages, a family of anonymous ones: the constructors of their slabs. */
#define coherer_mapping_init(mapping)	coh_mapping_init(&(mapping)->coh)
#define coherer_anon_vma_init(anon_vma) coh_anon_vma_init(&(anon_vma)->coh)
#define coherer_mm_init(mm)		coh_mm_init(&(mm)->coh)

/* Before the first translation; after the last is gone (nothing, if it is not linked). */
void coherer_vma_link(struct vm_area_struct *vma);
void coherer_vma_unlink(struct vm_area_struct *vma);

/* vma->anon_vma was set: before its first anonymous page. */
void coherer_vma_anon(struct vm_area_struct *vma);

/* mremap moved all its pages away and left it behind, unlinked, as one that never had any. */
void coherer_vma_restart(struct vm_area_struct *vma);

/* A linked VMA grows: a stack, the heap. */
void coherer_vma_resize(struct vm_area_struct *vma);

/*
 * Up to five VMAs change at once, so that no page that has a translation is covered by
 * none in between: vma and next have new ends, insert is new, gone and gone2 are being
 * removed.  Any but vma may be NULL.
 */
void coherer_vma_adjust(struct vm_area_struct *vma, struct vm_area_struct *next,
			struct vm_area_struct *insert, struct vm_area_struct *gone,
			struct vm_area_struct *gone2);

/* vma->vm_flags changed; also is what its translations may allow besides, until they follow. */
void coherer_vma_protect(struct vm_area_struct *vma, unsigned long also);

/* unlink_anon_vmas of a VMA that goes; of one that stays, without its pages. */
#define coherer_unlink_anon_vmas(vma)                                                              \
	do {                                                                                       \
		coherer_vma_unlink(vma);                                                           \
		unlink_anon_vmas(vma);                                                             \
	} while (0)
#define coherer_relink_anon_vmas(vma)                                                              \
	do {                                                                                       \
		coherer_unlink_anon_vmas(vma);                                                     \
		coherer_vma_restart(vma);                                                          \
	} while (0)

/* Must read() or write() of a page-cache page ask flush_dcache_page?  Always: it knows what is owed. */
static inline bool coherer_may_be_old(struct address_space *mapping)
{
	return true;
}

/* pipe_buf_confirm, by one who is about to load from the buffer: users may have its page, too. */
int coherer_pipe_buf_confirm(struct pipe_inode_info *pipe, struct pipe_buffer *buf);

#else
#define coherer_mapping_init(mapping)                                                              \
	do {                                                                                       \
	} while (0)
#define coherer_anon_vma_init(anon_vma)                                                            \
	do {                                                                                       \
	} while (0)
#define coherer_mm_init(mm)                                                                        \
	do {                                                                                       \
	} while (0)
static inline void coherer_vma_link(struct vm_area_struct *vma)
{
}
static inline void coherer_vma_unlink(struct vm_area_struct *vma)
{
}
static inline void coherer_vma_anon(struct vm_area_struct *vma)
{
}
static inline void coherer_vma_resize(struct vm_area_struct *vma)
{
}
static inline void coherer_vma_adjust(struct vm_area_struct *vma, struct vm_area_struct *next,
				      struct vm_area_struct *insert, struct vm_area_struct *gone,
				      struct vm_area_struct *gone2)
{
}
static inline void coherer_vma_protect(struct vm_area_struct *vma, unsigned long also)
{
}
#define coherer_unlink_anon_vmas unlink_anon_vmas
#define coherer_may_be_old	 mapping_writably_mapped
#define coherer_pipe_buf_confirm pipe_buf_confirm
#define coherer_relink_anon_vmas unlink_anon_vmas
#endif

#endif
