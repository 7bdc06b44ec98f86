#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Edits copies of the kernel's source: plants a bug, or fits in the layer.

usage: edit.py SOURCE OUTPUT FILE.edit...

Reads the FILE.edits and writes the edited copies of files below SOURCE to the same
places below OUTPUT; SOURCE is only read.  Kernel text stays out of our project,
so an edit names a function and what happens to it:

    file PATH                          the file that the next lines speak of
    expect ..., groups N, tests ..., qemu ..., base NAME
                                       for check.sh and kernel.sh, ignored here
    # comment

To plant a bug; line numbers do not change, so that reports point at the right lines:

    function NAME empty                its body does nothing (VALUE: returns it)
    function NAME return VALUE
    function NAME remove-call CALLEE   every call of CALLEE in it becomes 0
    assembly NAME remove WORDS...      drops the instructions that begin with WORDS
                                       (of a function or a .macro)
    assembly NAME empty                returns at once

To build the kernel for another processor:

    config NAME rename A B             as `function NAME rename`, in an entry of a Kconfig file
    config NAME first CODE             the entry's first line

To add to the kernel (ports/linux):

    include <HEADER>                   behind the first #include of the file
    append CODE                        at the end of the file
    guarded CODE                       before the last #endif of a header
    struct NAME first|last CODE        a field
    function NAME first CODE           before all that it does
    function NAME before "TEXT" CODE   before the one statement that begins with TEXT
    function NAME after "TEXT" CODE    behind it
    function NAME replace "TEXT" CODE  in its place
    function NAME rename A B [N]       the identifier A, which must be there N times (once),
                                       becomes B in it
    function NAME unless SYMBOL        only compiled if SYMBOL is not defined
    macro NAME unless SYMBOL
    global NAME                        a static variable that other files use

In CODE and TEXT, \\n begins another line and \\t is a tab: TEXT may tell statements apart by what follows.

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
    entry = re.compile(rf"^\s*(?:ENTRY\({re.escape(name)}\)|{re.escape(name)}:|"
                       rf"\.macro\s+{re.escape(name)}(?!\w))")
    other = re.compile(r"^\s*(?:ENTRY\(|ENDPROC\(|\.endm|[A-Za-z_]\w*:)")
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


def line_start(text, at):
    return text.rfind("\n", 0, at) + 1


def insert_line(text, at, code, tabs=""):
    """CODE as lines of their own before position AT, which begins a line."""
    code = code.replace("\\n", "\n").replace("\\t", "\t")
    lines = "".join((line if line[:1] == "#" else tabs + line) + "\n" for line in code.split("\n"))
    return text[:at] + lines + text[at:]


def definition(code, name, text=None):
    """(start, start of the body, end) of the one definition of function NAME, its type
    included.  Of several, for other configurations, the one that has TEXT."""
    bodies = list(function_bodies(code, name))
    if len(bodies) > 1 and text:
        bodies = [(start, end) for start, end in bodies if text in code[start:end]]
    if len(bodies) != 1:
        raise EditError(f"{len(bodies) or 'no'} definitions of function '{name}'")
    body_start, body_end = bodies[0]
    head = [m.start() for m in re.finditer(rf"\b{re.escape(name)}\s*\(", code[:body_start])][-1]
    # Its type may stand on lines before: up to an empty line, or one that ends something.
    start = line_start(code, head)
    while start:
        before = line_start(code, start - 1)
        line = code[before:start].strip()
        if not line or line.startswith("#") or line[-1] in ";}/":
            break
        start = before
    return start, body_start, body_end


def statement(code, start, end, text):
    """(start, end) of the one statement in [start, end) that begins with TEXT; TEXT may go on
    behind it."""
    text = text.replace("\\n", "\n").replace("\\t", "\t")
    found = [m.start() for m in re.finditer(re.escape(text), code[start:end])
             if not code[line_start(code, start + m.start()):start + m.start()].strip()]
    if len(found) != 1:
        raise EditError(f"{len(found) or 'no'} statements that begin with '{text}'")
    at = start + found[0]
    # With another before it, what follows an if without braces would no longer do so.
    if code[start - 1:at].rstrip()[-1] not in ";{}:":
        raise EditError(f"the statement '{text}' is part of another")
    stop = code.find(";", at)
    if stop < 0 or stop >= end:
        raise EditError(f"the statement '{text}' has no end")
    return at, stop + 1


def rename(text, code, start, end, old, new, times="1"):
    """OLD becomes NEW in [start, end), but not in comments."""
    uses = [m for m in re.finditer(rf"\b{re.escape(old)}\b", code) if start <= m.start() < end]
    if str(len(uses)) != times:
        raise EditError(f"'{old}' is there {len(uses)} times, not {times}")
    for m in reversed(uses):
        text = text[:m.start()] + new + text[m.end():]
    return text


def add_to_function(text, name, action):
    code = blank_comments_and_strings(text)
    verb = action[0]
    # What it must have is what the change is about, so that only one definition will do.
    start, body, end = definition(code, name, action[1] if len(action) > 2 else None)
    if verb == "unless" and len(action) == 2:
        close = code.find("\n", end) + 1
        text = insert_line(text, close, f"#endif /* {action[1]} */")
        return insert_line(text, start, f"#ifndef {action[1]}")
    if verb == "rename" and len(action) in (3, 4):
        return rename(text, code, body, end, *action[1:])
    if verb == "first" and len(action) == 2:
        return text[:body] + "\n\t" + action[1] + text[body:]
    if verb in ("before", "after", "replace") and len(action) == 3:
        first, stop = statement(code, body, end, action[1])
        if verb == "replace":
            return replace(text, first, stop, action[2])
        tabs = text[line_start(text, first):first]
        at = line_start(text, first) if verb == "before" else text.find("\n", stop) + 1
        return insert_line(text, at, action[2], tabs)
    raise EditError(f"unknown action '{' '.join(action)}'")


def add_to_struct(text, name, action):
    code = blank_comments_and_strings(text)
    m = re.search(rf"\bstruct\s+{re.escape(name)}\s*\{{", code)
    if not m:
        raise EditError(f"no definition of struct '{name}'")
    if len(action) != 2 or action[0] not in ("first", "last"):
        raise EditError(f"unknown action '{' '.join(action)}'")
    if action[0] == "first":
        return insert_line(text, text.find("\n", m.end()) + 1, "\t" + action[1])
    return insert_line(text, line_start(text, closing(code, m.end() - 1, "{}")), "\t" + action[1])


def add_around_macro(text, name, symbol):
    pattern = rf"^[ \t]*#[ \t]*define[ \t]+{re.escape(name)}\b(?:.*\\\n)*.*\n"
    found = list(re.finditer(pattern, text, re.M))
    if len(found) != 1:
        raise EditError(f"{len(found) or 'no'} definitions of macro '{name}'")
    m = found[0]
    text = insert_line(text, m.end(), f"#endif /* {symbol} */")
    return insert_line(text, m.start(), f"#ifndef {symbol}")


def add_include(text, header):
    m = re.search(r"^#include\b.*\n", text, re.M)
    if not m:
        raise EditError("no '#include' to stand behind")
    return insert_line(text, m.end(), f"#include {header}")


def add_guarded(text, code):
    at = text.rfind("\n#endif")
    if at < 0:
        raise EditError("no '#endif' at the end")
    return insert_line(text, at + 1, code)


def edit_config(text, name, action):
    """Changes the one entry `config NAME` of a Kconfig file."""
    entry = re.compile(r"^(?:menu)?config[ \t]+(\w+)[ \t]*$", re.M)
    found = [m for m in entry.finditer(text) if m.group(1) == name]
    if len(found) != 1:
        raise EditError(f"{len(found) or 'no'} entries 'config {name}'")
    start = found[0].end()
    if len(action) == 2 and action[0] == "first":
        return insert_line(text, start + 1, action[1], "\t")
    if len(action) not in (3, 4) or action[0] != "rename":
        raise EditError(f"unknown action '{' '.join(action)}'")
    other = re.search(r"^\w", text[start:], re.M)
    end = start + other.start() if other else len(text)
    return rename(text, text, start, end, *action[1:])


def make_global(text, name):
    pattern = rf"^static\s+(?=[\w\s\*]*\b{re.escape(name)}\b\s*[=;])"
    text, n = re.subn(pattern, "", text, flags=re.M)
    if n != 1:
        raise EditError(f"{n or 'no'} definitions of static variable '{name}'")
    return text


VERBS = ("function", "assembly", "struct", "macro", "include", "append", "guarded", "global", "config")
ADD_TO_FUNCTION = ("first", "before", "after", "replace", "rename", "unless")


def add(text, words):
    """One of the lines that add to the kernel; None if it is not one."""
    verb = words[0]
    if verb == "function" and len(words) >= 4 and words[2] in ADD_TO_FUNCTION:
        return add_to_function(text, words[1], words[2:])
    if verb == "struct" and len(words) >= 3:
        return add_to_struct(text, words[1], words[2:])
    if verb == "macro" and len(words) == 4 and words[2] == "unless":
        return add_around_macro(text, words[1], words[3])
    if verb == "include" and len(words) == 2:
        return add_include(text, words[1])
    if verb == "append" and len(words) == 2:
        return text + words[1] + "\n"
    if verb == "guarded" and len(words) == 2:
        return add_guarded(text, words[1])
    if verb == "global" and len(words) == 2:
        return make_global(text, words[1])
    if verb == "config" and len(words) >= 3:
        return edit_config(text, words[1], words[2:])
    return None


def split(line):
    """The words of a line.  CODE is one word: the rest of its line."""
    line = line.strip()
    if not line or line.startswith("#"):
        return []
    for pattern in (r"(append|guarded)\s+(.+)", r"(struct)\s+(\w+)\s+(first|last)\s+(.+)",
                    r"(function|config)\s+(\w+)\s+(first)\s+(.+)",
                    r'(function)\s+(\w+)\s+(before|after|replace)\s+"([^"]+)"\s+(.+)'):
        m = re.fullmatch(pattern, line)
        if m:
            return list(m.groups())
    return re.sub(r"\s#.*", "", line).split()


def apply(source, words, texts, path):
    """Carries out one line of an edit file; returns the file now spoken of."""
    if words[0] == "file" and len(words) == 2:
        path = words[1]
        if path not in texts:
            with open(os.path.join(source, path), encoding="utf-8") as f:
                texts[path] = f.read()
    elif words[0] not in ("expect", "groups", "tests", "qemu", "base"):
        if words[0] not in VERBS:
            raise EditError(f"cannot understand '{' '.join(words)}'")
        if path is None:
            raise EditError("no 'file' line before this one")
        new = add(texts[path], words)
        if new is None and words[0] in ("function", "assembly") and len(words) >= 3:
            edit = edit_function if words[0] == "function" else edit_assembly
            new = edit(texts[path], words[1], words[2:])
        if new is None:
            raise EditError(f"cannot understand '{' '.join(words)}'")
        texts[path] = new
    return path


def carry_out(source, script, texts):
    """All lines of one edit file.  False, after a message, if one cannot be."""
    path, before = None, len(texts)
    try:
        with open(script, encoding="utf-8") as f:
            lines = f.read().split("\n")
    except OSError as e:
        print(f"edit.py: {e}", file=sys.stderr)
        return False
    for number, line in enumerate(lines, 1):
        try:
            words = split(line)
            if words:
                path = apply(source, words, texts, path)
        except (EditError, OSError) as e:
            where = f" (in {path})" if path else ""
            print(f"{script}:{number}: {e}{where}", file=sys.stderr)
            return False
    if path is None and len(texts) == before:
        print(f"{script}: edits nothing", file=sys.stderr)
        return False
    return True


def main(argv):
    if len(argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    source, output, scripts = argv[1], argv[2], argv[3:]
    texts = {}
    if not all(carry_out(source, script, texts) for script in scripts):
        return 2
    for path, text in texts.items():
        target = os.path.join(output, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as f:
            f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
