// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions of the emulator by name.
 *
 * A QEMU that is built with loadable modules exports all its functions that are
 * not static (Debian's and Fedora's do).  One built without exports only the
 * plugin interface; its names are then in .symtab, unless it was stripped.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch/devices/innards.h"

struct innards qemu;

/* The running executable as a file, and where it was loaded. */
struct image {
	const uint8_t *at;
	size_t size;
	uintptr_t base;
};

static int first_object(struct dl_phdr_info *info, size_t size, void *base)
{
	(void)size;
	*(uintptr_t *)base = info->dlpi_addr;
	return 1; /* the executable comes first */
}

static void open_image(struct image *image)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && st.st_size > (off_t)sizeof(Elf64_Ehdr)) {
		at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (at != MAP_FAILED) {
			image->at = at;
			image->size = (size_t)st.st_size;
		}
	}
	close(fd);
	dl_iterate_phdr(first_object, &image->base);
}

static bool inside(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->size && size <= image->size - offset;
}

static void *find_in_table(const struct image *image, const Elf64_Shdr *table,
			   const Elf64_Shdr *strings, const char *name)
{
	const Elf64_Sym *sym = (const void *)(image->at + table->sh_offset);

	if (!inside(image, table->sh_offset, table->sh_size) ||
	    !inside(image, strings->sh_offset, strings->sh_size))
		return NULL;
	for (size_t n = table->sh_size / sizeof(*sym); n; n--, sym++) {
		const char *s = (const char *)image->at + strings->sh_offset + sym->st_name;

		if (sym->st_shndx != SHN_UNDEF && sym->st_name < strings->sh_size &&
		    !strncmp(s, name, strings->sh_size - sym->st_name))
			return (void *)(image->base + sym->st_value);
	}
	return NULL;
}

/* A name in .symtab of the executable. */
static void *find_in_image(const struct image *image, const char *name)
{
	const Elf64_Ehdr *head = (const void *)image->at;
	const Elf64_Shdr *section;

	if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) ||
	    head->e_ident[EI_CLASS] != ELFCLASS64 ||
	    !inside(image, head->e_shoff, head->e_shnum * sizeof(*section)))
		return NULL;
	section = (const void *)(image->at + head->e_shoff);
	for (unsigned i = 0; i < head->e_shnum; i++)
		if (section[i].sh_type == SHT_SYMTAB && section[i].sh_link < head->e_shnum)
			return find_in_table(image, &section[i], &section[section[i].sh_link],
					     name);
	return NULL;
}

static const struct {
	const char *name;
	void *to;
} wanted[] = {
	{ "qemu_add_machine_init_done_notifier", &qemu.add_init_done_notifier },
	{ "type_register_static", &qemu.type_register },
	{ "object_class_by_name", &qemu.class_by_name },
	{ "object_get_class", &qemu.object_class },
	{ "object_get_root", &qemu.object_root },
	{ "object_child_foreach_recursive", &qemu.object_foreach },
	{ "object_dynamic_cast", &qemu.object_cast },
	{ "object_get_typename", &qemu.object_type },
	{ "memory_region_init", &qemu.region_init },
	{ "memory_region_init_iommu", &qemu.region_init_iommu },
	{ "memory_region_set_enabled", &qemu.region_enable },
	{ "memory_region_iommu_get_min_page_size", &qemu.region_min_page },
	{ "memory_region_iommu_num_indexes", &qemu.region_indexes },
	{ "memory_region_transaction_begin", &qemu.begin },
	{ "memory_region_transaction_commit", &qemu.commit },
	{ "address_space_init", &qemu.space_init },
	{ "address_space_access_valid", &qemu.space_valid },
	{ "address_space_map", &qemu.space_map },
	{ "address_space_unmap", &qemu.space_unmap },
	{ "address_space_cache_init", &qemu.cache_init },
	{ "address_space_read_cached_slow", &qemu.cache_read },
	{ "memory_listener_register", &qemu.listener_register },
	{ "aio_bh_schedule_oneshot_full", &qemu.bottom_half },
	{ "qemu_get_aio_context", &qemu.main_context },
	{ "qemu_in_vcpu_thread", &qemu.in_vcpu_thread },
	{ "address_space_memory", &qemu.memory },
	{ "pci_device_iommu_address_space", &qemu.pci_space },
	{ "flatview_for_each_range", &qemu.view_foreach },
};

const char *innards_find(void)
{
	struct image image = { 0 };
	const char *missing = NULL;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		void *at = dlsym(RTLD_DEFAULT, wanted[i].name);

		if (!at && !image.at)
			open_image(&image);
		if (!at)
			at = find_in_image(&image, wanted[i].name);
		if (!at && wanted[i].to != &qemu.pci_space && wanted[i].to != &qemu.view_foreach)
			missing = wanted[i].name;
		*(void **)wanted[i].to = at;
	}
	if (image.at)
		munmap((void *)image.at, image.size);
	return missing;
}
