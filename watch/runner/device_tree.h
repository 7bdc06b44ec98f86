/* SPDX-License-Identifier: GPL-2.0-or-later */
/* device_tree: what the guest's device tree says of coherent devices. */
#ifndef COH_WATCH_RUNNER_DEVICE_TREE_H
#define COH_WATCH_RUNNER_DEVICE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * device_tree_coherent: the path of the first node with the property dma-coherent, "/" being the
 * root (then every device is coherent).  A guest does no maintenance for the devices below it.
 * blob: a flattened device tree (Devicetree Specification 0.4, chapter 5), of size bytes.
 * Returns false if no node has it, or if blob is no device tree.
 */
bool device_tree_coherent(const uint8_t *blob, size_t size, char *path, size_t path_size);

/* The same of the file that QEMU's command names with -dtb; false if it names none. */
bool device_tree_of_command(char *const *command, char *path, size_t path_size);

#endif
