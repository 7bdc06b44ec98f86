/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* port: what this port gives to the rest of the kernel. */
#ifndef PORT_H
#define PORT_H

#include <coherer/coherer.h>

extern struct coh coh; /* the one instance; the layer's functions want it as their first argument */

/*
 * port_init: describe the caches, start the layer.  Once, on the boot CPU, before
 * the first user page is mapped.  Returns what coh_init returns: print
 * coh_error_text of it and stop.
 */
int port_init(void);

/*
 * The callback that was called although nobody has written it, or that port_init finds missing;
 * NULL: none.  For a debugger.
 */
extern const char *port_missing;

#endif
