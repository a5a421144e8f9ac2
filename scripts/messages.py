"""Every line with which a program can fail, as the code has it, for docs/messages.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from loop_returns import errors

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = {
    "loop_returns": "tap, target",
    "loopreturns_plugin": "tap, target",
    "tap_loopreturns": "tap",
    "target_loopreturns": "target",
    "loopreturns_events": "events",
    "loopreturns_report": "report",
}
CODES = {
    name: kind.exit_code
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.LoopReturnsError)
} | {
    "PassingFailure": 4,  # what LoopUnavailable says was the matter
    "ReportError": 1,
    "UsageError": 2,
    "BadParameter": 2,
}
"""The exit code of each kind of error, by its name."""
TO_DO = {
    1: "Nothing was read, and nothing done. Mend the setting, option or file that is named. Of "
    "`tap-loopreturns-verify` it also says that something differs.",
    2: "Nothing was read, and nothing done. Mend the command line; `--help` shows it.",
    3: "Give another key, or the scope that is named, or leave the streams out.",
    4: "What was read is in STATE. Run it again; if that fails too, look at Loop's status page.",
    5: "What was read is in STATE. Do what Loop says; if it persists, ask Loop, with the path.",
    6: "What was read is in STATE. Run it again; if it fails at the same place, report the line.",
    7: "The ledger has what was done. Look at the outcomes, and run again with the same rows.",
    8: "Nothing was done. Mend the rows, or the query that they come from.",
    9: "What was written is valid. Make room, and run it again.",
    10: "The other shops are read. Do for each shop that is named what its own line says.",
    141: "What was read is in STATE. See what the target says, above or below.",
}
"""By exit code, what stands after such a line and what to do."""
_LETTERS = 8  # of a line that says anything by itself


def said() -> Iterator[tuple[int, str, str]]:
    """Exit code, program and text of each line; `…` stands for what differs."""
    for package, program in PROGRAMS.items():
        for path in sorted((ROOT / package).rglob("*.py")):
            functions = list(_functions(ast.parse(path.read_text("utf-8"))))
            returned = {f"{one.name}()": _returned(one) for one in functions}
            for function in functions:
                known = returned | _assigned(function)
                for call in _calls(function):
                    for text in _texts(call, known):
                        yield CODES[_name(call)], program, text


def table() -> str:
    """The lines by exit code, each with the programs that may say it."""
    of: dict[tuple[int, str], set[str]] = {}
    for code, program, text in said():
        of.setdefault((code, text), set()).update(program.split(", "))
    lines = sorted(of, key=lambda one: one[1].casefold())
    parts = []
    for code, what in TO_DO.items():
        rows = [
            f"| `{line[1]}` | {', '.join(sorted(of[line]))} |" for line in lines if line[0] == code
        ]
        head = [f"## Exit code {code}", "", what, "", "| the line says | of |", "| --- | --- |"]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts)


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions of a module, each without those within it."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef):
            yield node


def _calls(function: ast.FunctionDef) -> Iterator[ast.Call]:
    inside: list[ast.AST] = list(function.body)
    while inside:
        node = inside.pop()
        if isinstance(node, ast.FunctionDef):
            continue
        if isinstance(node, ast.Call) and _name(node) in CODES:
            yield node
        inside.extend(ast.iter_child_nodes(node))


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _assigned(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """What each local name may stand for."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    """What a function may give."""
    returns = (node for node in ast.walk(function) if isinstance(node, ast.Return))
    return [node.value for node in returns if node.value is not None]


def _texts(call: ast.Call, known: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The lines of one call; none where it only passes on what another has said."""
    setting = _name(call) == "SettingsError"
    if len(call.args) <= setting:
        return
    for problem in _spelled(call.args[setting], known):
        names = _spelled(call.args[0], known) if setting else [""]
        for name in names:
            text = f"Setting '{name}' {problem}" if setting else problem
            text = " ".join(text.replace("|", "/").replace("`", "'").split())
            if sum(letter.isalpha() for letter in problem) >= _LETTERS:
                yield text


def _spelled(node: ast.expr, known: dict[str, list[ast.expr]]) -> list[str]:
    """The texts that an expression may be, `…` for what is put into them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    stands_for = f"{_name(node)}()" if isinstance(node, ast.Call) else getattr(node, "id", "")
    if stands_for in known:
        without = {name: values for name, values in known.items() if name != stands_for}
        return [text for value in known[stands_for] for text in _spelled(value, without)]
    if isinstance(node, ast.IfExp):
        return [*_spelled(node.body, known), *_spelled(node.orelse, known)]
    if isinstance(node, ast.BinOp):
        return [a + b for a in _spelled(node.left, known) for b in _spelled(node.right, known)]
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            # A name that stands for one text is spelled out; anything else differs.
            ends = _spelled(value, known) if isinstance(value, ast.Constant | ast.Name) else ["…"]
            texts = [text + end for text in texts for end in ends]
        return texts
    return ["…"]
