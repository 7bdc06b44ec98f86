#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plants a bug in a copy of the kernel's source.

usage: edit.py SOURCE OUTPUT FILE.edit

Reads FILE.edit and writes the edited copies of files below SOURCE to the same
places below OUTPUT; SOURCE is only read.  Kernel text stays out of our project,
so an edit names a function and what happens to it:

    file PATH                          the file that the next lines speak of
    function NAME empty                its body does nothing (VALUE: returns it)
    function NAME return VALUE
    function NAME remove-call CALLEE   every call of CALLEE in it becomes 0
    assembly NAME remove WORDS...      drops the instructions that begin with WORDS
    assembly NAME empty                returns at once
    expect ...                         for check.sh, ignored here
    # comment

Line numbers never change, so that reports still point at the right lines.
Exits with 2, saying what is missing, when the source has no such thing.
"""

import os
import re
import sys


class EditError(Exception):
    pass


def blank_comments_and_strings(text):
    """Same length, so that positions found in it hold in the original."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def closing(code, start, pair):
    """Position of the bracket that closes the one at START."""
    depth = 0
    for i in range(start, len(code)):
        if code[i] == pair[0]:
            depth += 1
        elif code[i] == pair[1]:
            depth -= 1
            if depth == 0:
                return i
    raise EditError(f"'{pair[0]}' without '{pair[1]}'")


def function_bodies(code, name):
    """(start, end) inside the braces of each definition of NAME."""
    for m in re.finditer(rf"\b{re.escape(name)}\s*\(", code):
        after = closing(code, m.end() - 1, "()") + 1
        brace = re.match(r"\s*(?:__\w+\s*)*\{", code[after:])
        if brace:
            start = after + brace.end()
            yield start, closing(code, start - 1, "{}")


def replace(text, start, end, new):
    """Replaces [start, end) and keeps its line breaks."""
    return text[:start] + new + "\n" * text.count("\n", start, end) + text[end:]


def edit_function(text, name, action):
    bodies = list(function_bodies(blank_comments_and_strings(text), name))
    if not bodies:
        raise EditError(f"no definition of function '{name}'")
    removed = 0
    for start, end in reversed(bodies):
        if action == ["empty"]:
            text = replace(text, start, end, "")
        elif len(action) == 2 and action[0] == "return":
            text = replace(text, start, end, f" return {action[1]};")
        elif len(action) == 2 and action[0] == "remove-call":
            text, n = remove_calls(text, start, end, action[1])
            removed += n
        else:
            raise EditError(f"unknown action '{' '.join(action)}'")
    if action[0] == "remove-call" and not removed:
        raise EditError(f"function '{name}' does not call '{action[1]}'")
    return text


def remove_calls(text, start, end, callee):
    code = blank_comments_and_strings(text)
    calls = [m for m in re.finditer(rf"\b{re.escape(callee)}\s*\(", code)
             if start <= m.start() < end]
    for m in reversed(calls):
        text = replace(text, m.start(), closing(code, m.end() - 1, "()") + 1, "0")
    return text, len(calls)


def instruction(line):
    """The words of an assembly line, without label, comment and commas."""
    line = re.sub(r"@.*|/\*.*?\*/", "", line)
    return re.sub(r"^\w+:", "", line).replace(",", " ").split()


def edit_assembly(text, name, action):
    lines = text.split("\n")
    entry = re.compile(rf"^\s*(?:ENTRY\({re.escape(name)}\)|{re.escape(name)}:)")
    other = re.compile(r"^\s*(?:ENTRY\(|ENDPROC\(|[A-Za-z_]\w*:)")
    first = next((i for i, line in enumerate(lines) if entry.match(line)), None)
    if first is None:
        raise EditError(f"no assembly function '{name}'")
    last = next((i for i in range(first + 1, len(lines)) if other.match(lines[i])), len(lines))
    body = range(first + 1, last)
    if action == ["empty"]:
        at = next((i for i in body if instruction(lines[i]) and lines[i][0] != "#"), None)
        if at is None:
            raise EditError(f"assembly function '{name}' has no instruction")
        lines[at] = "\tret\tlr"
    elif len(action) >= 2 and action[0] == "remove":
        words = " ".join(action[1:]).replace(",", " ").split()
        found = [i for i in body if instruction(lines[i])[:len(words)] == words]
        if not found:
            raise EditError(f"assembly function '{name}' has no '{' '.join(words)}'")
        for i in found:
            label = re.match(r"\w+:", lines[i])
            lines[i] = label.group() if label else ""
    else:
        raise EditError(f"unknown action '{' '.join(action)}'")
    return "\n".join(lines)


def apply(source, words, texts, path):
    """Carries out one line of an edit file; returns the file now spoken of."""
    if words[0] == "file" and len(words) == 2:
        path = words[1]
        if path not in texts:
            with open(os.path.join(source, path), encoding="utf-8") as f:
                texts[path] = f.read()
    elif words[0] in ("function", "assembly") and len(words) >= 3:
        if path is None:
            raise EditError("no 'file' line before this one")
        edit = edit_function if words[0] == "function" else edit_assembly
        texts[path] = edit(texts[path], words[1], words[2:])
    elif words[0] != "expect":
        raise EditError(f"cannot understand '{' '.join(words)}'")
    return path


def main(argv):
    if len(argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    source, output, script = argv[1:]
    texts, path = {}, None
    try:
        with open(script, encoding="utf-8") as f:
            lines = f.read().split("\n")
    except OSError as e:
        print(f"edit.py: {e}", file=sys.stderr)
        return 2
    for number, line in enumerate(lines, 1):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        try:
            if words:
                path = apply(source, words, texts, path)
        except (EditError, OSError) as e:
            where = f" (in {path})" if path else ""
            print(f"{script}:{number}: {e}{where}", file=sys.stderr)
            return 2
    if not texts:
        print(f"{script}: edits nothing", file=sys.stderr)
        return 2
    for path, text in texts.items():
        target = os.path.join(output, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as f:
            f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
