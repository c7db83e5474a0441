"""The command ``completion``: scripts for bash, zsh and fish, made from the argument parser.

A script completes commands, options, their choices and names of files. It knows the commands of the
version that printed it, and never asks the service.
"""

from __future__ import annotations

import argparse
import re
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from .output import line
from .parser import make_parser, path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .parser import Parser

FUNCTION: Final = "_cartesia_stream"


class Arguments(argparse.Namespace):
    """Arguments of ``completion``."""

    shell: str


class Value(NamedTuple):
    """What a shell can propose for a value.

    Attributes:
        choices: The values that are allowed, if they are few.
        is_file: Whether it is the name of a file.
    """

    choices: tuple[str, ...]
    is_file: bool


class Option(NamedTuple):
    """An option of a command; one without a value is a switch."""

    names: tuple[str, ...]
    help: str
    value: Value | None


class Command(NamedTuple):
    """A command with its options, positional arguments and commands.

    Attributes:
        words: Its name after that of the program, such as ``voices list``.
        help: What it does.
        options: Its options.
        values: Its positional arguments.
        many: Whether its last positional argument may be repeated.
        commands: The commands below it.
    """

    words: tuple[str, ...]
    help: str
    options: list[Option]
    values: list[Value]
    many: bool
    commands: list[Command]


def run(args: Arguments) -> None:
    """Print the script for a shell."""
    line(SCRIPTS[args.shell](described(make_parser())))


def described(parser: Parser, words: tuple[str, ...] = ()) -> Command:
    """Describe a parser and the parsers of its commands."""
    options: list[Option] = []
    values: list[Value] = []
    many = False
    for action in parser.actions:
        if action.option_strings:
            value = None if action.nargs == 0 else _value(action)
            options.append(Option(tuple(action.option_strings), _summary(action.help), value))
        elif not parser.commands:
            values.append(_value(action))
            many = action.nargs in ("*", "+")
    commands = [described(below, (*words, name)) for name, below in parser.commands.items()]
    return Command(words, _summary(parser.description), options, values, many, commands)


def _value(action: argparse.Action) -> Value:
    return Value(tuple(map(str, action.choices or ())), action.type is path)


def _summary(text: str | None) -> str:
    """Return the first part of a help text, because lists of completions are narrow."""
    return re.split(r"[;(]|[.:](?=\s|$)", text or "")[0].strip()


def _each(command: Command) -> Iterator[Command]:
    yield command
    for below in command.commands:
        yield from _each(below)


# --- bash

_BASH = """\
# Completion of cartesia-stream in bash.
{function}() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}}
    local command='' options='' words='' files='' i IFS=$' \\t\\n'
    # bash splits --option=value into three words
    if [[ $current == = ]]; then
        current=''
    elif [[ $previous == = ]]; then
        previous=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${{COMP_WORDS[i]}}" in
            {commands}) command+=" ${{COMP_WORDS[i]}}" ;;
        esac
    done
    case "$command $previous" in
{values}
        *)
            case $command in
{words}
            esac
            ;;
    esac
    COMPREPLY=()
    [[ $current == -* ]] && words=$options
    [[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))
    if [[ -n $files && $current != -* ]]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen -f -- "$current")
    fi
}}
complete -F {function} cartesia-stream"""


def bash(root: Command) -> str:
    """Return the script for bash."""
    values: list[str] = []
    words: list[str] = []
    for command in _each(root):
        prefix = "".join(f" {word}" for word in command.words)
        for option in command.options:
            if option.value is not None:
                pattern = "|".join(shlex.quote(f"{prefix} {name}") for name in option.names)
                values.append(f"        {pattern}) {_bash_value(option.value) or ':'} ;;")
        options = " ".join(name for option in command.options for name in option.names)
        names = tuple(below.words[-1] for below in command.commands)
        proposed = [_bash_value(value) for value in command.values or [Value(names, False)]]
        parts = " ".join([f"options={shlex.quote(options)}", *filter(None, proposed)])
        words.append(f"                {shlex.quote(prefix)}) {parts} ;;")
    commands = "|".join(
        shlex.quote("".join(f" {word}" for word in command.words)) for command in _each(root)
    ).removeprefix("''|")
    return _BASH.format(
        function=FUNCTION, commands=commands, values="\n".join(values), words="\n".join(words)
    )


def _bash_value(value: Value) -> str:
    if value.choices:
        return f"words={shlex.quote(' '.join(value.choices))}"
    return "files=yes" if value.is_file else ""


# --- zsh

_ZSH = """\
#compdef cartesia-stream
# Completion of cartesia-stream in zsh.
{functions}
if [[ $funcstack[1] == {function} ]]; then
    {function} "$@"
else
    compdef {function} cartesia-stream
fi"""


def zsh(root: Command) -> str:
    """Return the script for zsh."""
    functions = "\n".join(_zsh_function(command) for command in _each(root))
    return _ZSH.format(function=FUNCTION, functions=functions)


def _zsh_function(command: Command) -> str:
    name = "_".join((FUNCTION, *command.words))
    specs = [spec for option in command.options for spec in _zsh_option(option)]
    if not command.commands:
        last = len(command.values) - 1
        for place, value in enumerate(command.values):
            mark = "*:" if command.many and place == last else ":"
            specs.append(f"{mark}:argument:{_zsh_action(value)}")
        return _zsh_lines(name, ["_arguments -s -S", *map(shlex.quote, specs)])
    listed = " ".join(
        shlex.quote(f"{below.words[-1]}:{below.help.replace(':', ' ')}")
        for below in command.commands
    )
    branches = " ".join(
        f"{below.words[-1]}) {'_'.join((FUNCTION, *below.words))} ;;" for below in command.commands
    )
    specs += ["1: :->command", "*:: :->arguments"]
    return "\n".join(
        (
            _zsh_lines(name, ["_arguments -C", *map(shlex.quote, specs)]).removesuffix("\n}"),
            "    case $state in",
            f"        command) local -a commands=({listed}); _describe command commands ;;",
            f"        arguments) case $words[1] in {branches} esac ;;",
            "    esac",
            "}",
        )
    )


def _zsh_lines(name: str, parts: list[str]) -> str:
    call = " \\\n        ".join(parts)
    return f"{name}() {{\n    local curcontext=$curcontext state line\n    {call}\n}}"


def _zsh_option(option: Option) -> Iterator[str]:
    text = re.sub(r"([\[\]:\\])", r"\\\1", option.help)
    others = f"({' '.join(option.names)})" if len(option.names) > 1 else ""
    for name in option.names:
        if option.value is None:
            yield f"{others}{name}[{text}]"
        else:
            sign = "=" if name.startswith("--") else "+"
            yield f"{others}{name}{sign}[{text}]:value:{_zsh_action(option.value)}"


def _zsh_action(value: Value) -> str:
    if value.choices:
        return f"({' '.join(value.choices)})"
    return "_files" if value.is_file else " "


# --- fish


def fish(root: Command) -> str:
    """Return the script for fish."""
    lines = ["# Completion of cartesia-stream in fish.", "complete -c cartesia-stream -f"]
    for command in _each(root):
        seen = [f"__fish_seen_subcommand_from {word}" for word in command.words]
        if command.commands:
            names = " ".join(below.words[-1] for below in command.commands)
            seen.append(f"not __fish_seen_subcommand_from {names}")
        condition = shlex.quote("; and ".join(seen))
        start = f"complete -c cartesia-stream -n {condition}"
        for below in command.commands:
            described_as = _fish_quote(below.help)
            lines += [f"{start} -a {below.words[-1]} -d {described_as}"]
        for option in command.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            value = "" if option.value is None else f" -r {_fish_value(option.value)}"
            lines.append(f"{start} {names}{value} -d {_fish_quote(option.help)}")
        lines += [f"{start} {_fish_value(value)}" for value in command.values if any(value)]
    return "\n".join(lines)


def _fish_value(value: Value) -> str:
    if value.choices:
        return f"-f -a {_fish_quote(' '.join(value.choices))}"
    return "-F" if value.is_file else "-f"


def _fish_quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


SCRIPTS: Final = {"bash": bash, "zsh": zsh, "fish": fish}
