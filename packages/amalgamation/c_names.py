"""The names that a C file declares outside of functions, and where they occur.

This is no parser of C. It knows what the files of this project look like: declarations start outside of all braces,
and SIMD_VERSIONS (model/base/simd.h) stands for the head of a function.
"""
import re

TOKEN = re.compile(r'''
    (?P<space> \s+ | //[^\n]* | /\*.*?\*/ | \\\n )
  | (?P<include> ^[ ]*\#[ ]*include[^\n]* )
  | (?P<text> "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' )
  | (?P<number> \.?[0-9](?:[eEpP][+-]|[\w.])* )
  | (?P<name> [A-Za-z_]\w* )
  | (?P<mark> -> | \.\.\. | \#\# | . )
''', re.VERBOSE | re.DOTALL | re.MULTILINE)
DIRECTIVE = re.compile(r"^[ ]*#(?:\\\n|[^\n])*", re.MULTILINE)
MACRO = re.compile(r"^[ ]*#[ ]*define[ ]+(\w+)", re.MULTILINE)
OPENING, CLOSING = {"(", "[", "{"}, {")", "]", "}"}
SQLITE_MACROS = {"SQLITE_EXTENSION_INIT1", "SQLITE_EXTENSION_INIT3"}  # declarations without a semicolon


class Token:
    def __init__(self, kind, text, start):
        self.kind, self.text, self.start = kind, text, start


def tokens(source):
    """All tokens, without comments and blanks."""
    found = (Token(m.lastgroup, m[0], m.start()) for m in TOKEN.finditer(source))
    return [token for token in found if token.kind not in ("space", "include")]


def without_directives(source):
    """The source with blanks for its preprocessor lines, and other tokens where they were."""
    return DIRECTIVE.sub(lambda m: " " * len(m[0]), source)


def macros(source):
    return set(MACRO.findall(source))


def declarations(source):
    """The declarations outside of functions, each as a list of its tokens; a function with its body is one."""
    found, depth = [[]], 0
    for token in tokens(without_directives(source)):
        if token.text in SQLITE_MACROS:
            continue
        found[-1].append(token)
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if depth == 0 and (token.text == ";" or token.text == "}" and is_function(found[-1])):
            found.append([])
    return [declaration for declaration in found if declaration and declaration[0].text != "_Static_assert"]


def head(declaration):
    """The tokens before the first that opens a body or a value."""
    for i, token in enumerate(declaration):
        if token.text in ("{", "="):
            return declaration[:i]
    return declaration


def is_function(declaration):
    """Whether this defines a function: a ')' stands before its body, which is not that of a struct or a value."""
    start = head(declaration)
    return len(start) < len(declaration) and declaration[len(start)].text == "{" and start[-1].text == ")"


def closing(sequence, start):
    """The index of the token that closes the one at `start`."""
    depth = 0
    for i in range(start, len(sequence)):
        depth += (sequence[i].text in OPENING) - (sequence[i].text in CLOSING)
        if depth == 0:
            return i
    raise SystemExit(f"nothing closes the '{sequence[start].text}' at character {sequence[start].start}")


def only_types(declaration):
    """Whether this declares a struct, a union or an enum, and no variable of it."""
    return declaration[0].text in ("struct", "union", "enum") and declaration[-2].text == "}"


def types(declaration):
    """The tags that are defined or named first here, and the enumerators."""
    found = set()
    for i, token in enumerate(declaration):
        if token.text not in ("struct", "union", "enum"):
            continue
        tagged = declaration[i + 1].kind == "name"
        if tagged and (declaration[i + 2].text == "{" or declaration[0].text == "typedef" and i == 1):
            found.add(declaration[i + 1].text)
        brace = i + 1 + tagged
        if token.text == "enum" and declaration[brace].text == "{":
            found.update(enumerators(declaration[brace:closing(declaration, brace) + 1]))
    return found


def enumerators(body):
    """The names right behind the '{' and behind each ',' of the body of an enum."""
    depth, found = 0, []
    for before, token in zip(body, body[1:]):
        depth += (before.text in OPENING) - (before.text in CLOSING)
        if depth == 1 and before.text in ("{", ",") and token.kind == "name":
            found.append(token.text)
    return found


def function_name(declaration):
    """The name in front of the parameters, if this declares or defines a function."""
    start = head(declaration)
    return next((name.text for name, after in zip(start, start[1:]) if name.kind == "name" and after.text == "("), None)


def variables(declaration):
    """The names of `type a = 1, b[2], *c;`."""
    depth, value, found = 0, False, []
    for token, after in zip(declaration, declaration[1:]):
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if depth == 0 and token.text in (",", "="):
            value = token.text == "="
        elif depth == 0 and not value and token.kind == "name" and after.text in ("=", ",", ";", "["):
            found.append(token.text)
    return found


def declared(declaration):
    """The names that a declaration adds to those of its file."""
    if declaration[0].text == "SIMD_VERSIONS":
        commas = [i for i, token in enumerate(declaration) if token.text == ","]
        return {declaration[commas[1] + 1].text}
    if only_types(declaration):
        return types(declaration)
    name = function_name(without_attributes(declaration))
    if name and declaration[0].text != "typedef":
        return {name}
    return types(declaration) | ({name} if name else set(variables(without_bodies(declaration))))


def without_attributes(declaration):
    """The tokens without __attribute__((...))."""
    found, i = [], 0
    while i < len(declaration):
        if declaration[i].text == "__attribute__":
            i = closing(declaration, i + 1) + 1
        else:
            found.append(declaration[i])
            i += 1
    return found


def without_bodies(declaration):
    """The tokens without attributes and what stands in braces."""
    found, depth = [], 0
    for token in without_attributes(declaration):
        depth += token.text == "{"
        if depth == 0:
            found.append(token)
        depth -= token.text == "}"
    return found


def names(source):
    """All names that a file declares outside of functions, its macros included."""
    found = macros(source)
    for declaration in declarations(source):
        found |= declared(declaration)
    return found


# ---- where they occur ----------------------------------------------------------------------------


def occurrences(source, wanted):
    """The tokens of these names that are no members: neither .x nor ->x, nor declared in a struct, nor offsetof's."""
    found, braces, all_tokens = [], [], tokens(source)
    members = offsetof_members(all_tokens)
    for i, token in enumerate(all_tokens):
        before = all_tokens[i - 1].text if i else ""
        after = all_tokens[i + 1].text if i + 1 < len(all_tokens) else ""
        if token.text in OPENING:
            braces.append(token.text if token.text != "{" else opened_by(all_tokens, i))
        elif token.text in CLOSING and braces:
            braces.pop()
        elif token.kind == "name" and token.text in wanted and before not in (".", "->") and i not in members:
            if not is_member(braces, all_tokens[max(i - 2, 0)].text, before, after):
                found.append(token)
    return found


def opened_by(all_tokens, brace):
    """'struct' if the brace at this index opens a struct or a union, else '{'."""
    words = [token.text for token in all_tokens[max(brace - 2, 0):brace]]
    return "struct" if words[-1:] in (["struct"], ["union"]) or words[:1] in (["struct"], ["union"]) else "{"


def is_member(braces, second_before, before, after):
    """Whether a name is one that a struct declares: `name;`, `name[`, or `(*name)(`."""
    if braces[-1:] == ["struct"]:
        return after in (";", ",", "[", ":")
    return braces[-2:] == ["struct", "("] and second_before == "(" and before == "*"


def offsetof_members(all_tokens):
    """The indices of what stands behind the comma of offsetof(type, member)."""
    found = set()
    for i, token in enumerate(all_tokens[:-1]):
        if token.text == "offsetof" and all_tokens[i + 1].text == "(":
            end = closing(all_tokens, i + 1)
            comma = next(k for k in range(i, end) if all_tokens[k].text == ",")
            found.update(range(comma, end))
    return found
