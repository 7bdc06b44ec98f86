// SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
/* The board's first UART (PL011), and the end of the run. */
#include "examples/minikernel/device.h"
#include "examples/minikernel/kernel.h"

#define UART_DATA    DEVICE(0x1f1000)
#define UART_FLAGS   DEVICE(0x1f1018)
#define UART_CONTROL DEVICE(0x1f1030)
#define UART_FULL    (1u << 5)
#define UART_BUSY    (1u << 3)
#define UART_ENABLE  0x101u /* the UART and its transmitter */

#define SYS_LOCK	DEVICE(0x20)
#define SYS_RESETCTL	DEVICE(0x40)
#define SYS_LOCK_OPEN	0xa05fu
#define SYS_RESET_BOARD 0x105u

void console_init(void)
{
	UART_CONTROL = UART_ENABLE;
}

void print(const char *text)
{
	for (; *text; text++) {
		while (UART_FLAGS & UART_FULL)
			;
		UART_DATA = (uint8_t)*text;
	}
}

void print_hex(uint32_t value)
{
	char text[] = "0x00000000";

	for (int i = 9; i >= 2; i--, value >>= 4)
		text[i] = "0123456789abcdef"[value & 15];
	print(text);
}

void print_number(uint32_t value)
{
	char text[11];
	int i = 10;

	text[i] = 0;
	do
		text[--i] = (char)('0' + value % 10);
	while (value /= 10);
	print(text + i);
}

/* Under -no-reboot a reset ends QEMU, with exit status 0. */
void power_off(void)
{
	while (UART_FLAGS & UART_BUSY)
		;
	SYS_LOCK = SYS_LOCK_OPEN;
	SYS_RESETCTL = SYS_RESET_BOARD;
	for (;;)
		;
}

void bail_out(const char *why)
{
	print("Bail out! ");
	print(why);
	print("\n");
	power_off();
}

void panic(const char *why, uint32_t value)
{
	print("Bail out! ");
	print(why);
	print(" ");
	print_hex(value);
	print("\n");
	power_off();
}
