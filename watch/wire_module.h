/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message: one loaded module of a Linux kernel.  Sent when seen first, and when it has changed. */
#ifndef COH_WATCH_WIRE_MODULE_H
#define COH_WATCH_WIRE_MODULE_H

#include <stdint.h>

#define WIRE_MODULE_NAME  64
#define WIRE_SECTIONS	  40
#define WIRE_SECTION_NAME 32
#define WIRE_BUILD_ID	  20

struct wire_section {
	char name[WIRE_SECTION_NAME]; /* cut, if it is longer */
	uint32_t address;
};

struct wire_module {
	char name[WIRE_MODULE_NAME];
	uint32_t base, size; /* without what is freed after initialisation */
	uint32_t has_build_id;
	uint8_t build_id[WIRE_BUILD_ID];
	uint32_t n_sections; /* 0: the kernel does not say where they are */
	struct wire_section section[WIRE_SECTIONS];
};

#endif
