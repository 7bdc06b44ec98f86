/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Copies of lines of two words, memory, and the newest values, for the models beside this
 * file.  COPIES, LINES and HOME(copy) are the model's.
 */
bit valid[COPIES];
bit dirty[COPIES];
byte word0[COPIES];
byte word1[COPIES];
byte memory0[LINES];
byte memory1[LINES];
byte newest0[LINES];
byte newest1[LINES];
bit stale;
byte finished;

inline fill(c)
{
	if
	:: !valid[c] -> valid[c] = 1; word0[c] = memory0[HOME(c)]; word1[c] = memory1[HOME(c)]
	:: else
	fi
}

inline clean(c)
{
	if
	:: valid[c] && dirty[c] ->
		memory0[HOME(c)] = word0[c]; memory1[HOME(c)] = word1[c]; dirty[c] = 0
	:: else
	fi
}

inline drop(c)
{
	valid[c] = 0; dirty[c] = 0; word0[c] = 0; word1[c] = 0
}

inline store0(c, v)
{
	fill(c); word0[c] = v; dirty[c] = 1; newest0[HOME(c)] = v
}

inline store1(c, v)
{
	fill(c); word1[c] = v; dirty[c] = 1; newest1[HOME(c)] = v
}

inline load0(c, r)
{
	fill(c); r = word0[c]; stale = stale || r != newest0[HOME(c)]
}

inline load1(c, r)
{
	fill(c); r = word1[c]; stale = stale || r != newest1[HOME(c)]
}

inline dma_read0(l, r)
{
	r = memory0[l]; stale = stale || r != newest0[l]
}

inline dma_read1(l, r)
{
	r = memory1[l]; stale = stale || r != newest1[l]
}

inline dma_write0(l, v)
{
	memory0[l] = v; newest0[l] = v
}

inline dma_write1(l, v)
{
	memory1[l] = v; newest1[l] = v
}
