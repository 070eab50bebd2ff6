#!/usr/bin/env python3
"""Writes a program's manual page from what its own --help says.

    packaging/deb/manual.py PROGRAM SECTION DATE VERSION > program.8

The argument parser's own generator would do, but it fills the lines of examples as if they were prose.
"""

import json
import os
import re
import subprocess
import sys

HEADING = re.compile(r"[A-Z][A-Z ]+$")

FILES = {
    "coordinator": [
        ("/var/lib/isthmus", "The state: certificate authority, credentials, store, artifacts."),
        ("/usr/share/doc/isthmus-coordinator", "Documentation."),
    ],
    "node-agent": [
        ("/etc/isthmus/agent.yaml", "What the agent may do on this server, whatever it is asked for."),
        ("/var/lib/isthmus-agent", "The state: credential, journal of executions."),
        ("/usr/share/doc/isthmus-agent", "Documentation."),
    ],
}


def escaped(text):
    """Text as troff shows it unchanged, also where a line begins like a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return "\n".join("\\&" + line if line[:1] in ".'" else line for line in text.split("\n"))


def prose(text):
    """Paragraphs are filled, indented lines are kept, a line of capitals is a heading."""
    for paragraph in text.strip("\n").split("\n\n"):
        lines, literal = paragraph.split("\n"), False
        yield ".PP"
        for line in lines:
            if line.startswith("  ") != literal:
                literal = not literal
                yield ".RS 4\n.nf" if literal else ".fi\n.RE"
            if HEADING.match(line):
                yield f"\\fB{escaped(line.capitalize())}\\fR"
            else:
                yield escaped(line.strip() if not literal else line[2:])
        if literal:
            yield ".fi\n.RE"


def spelled(argument):
    """An argument as it is typed: -h, --help, --plan FILE, <id>."""
    value = f"\\fI{escaped(argument.get('valueName', ''))}\\fR"
    if argument["kind"] == "positional":
        return value
    names = ", ".join(
        f"\\fB{escaped(('-' if name['kind'] == 'short' else '--') + name['name'])}\\fR"
        for name in argument.get("names", [])
    )
    return names if argument["kind"] == "flag" else f"{names} {value}"


def usage(path, command):
    """The command's line of the synopsis."""
    parts = [f"\\fB{escaped(' '.join(path))}\\fR"]
    for argument in shown(command):
        text = spelled(argument).split(", ")[-1]
        parts.append(f"[{text}]" if argument["isOptional"] else text)
    if commands(command):
        parts.append("\\fIcommand\\fR")
    return " ".join(parts)


def shown(command):
    hidden = {"help", "version"}
    return [
        one for one in command.get("arguments", [])
        if one["shouldDisplay"] and not hidden & {name["name"] for name in one.get("names", [])}
    ]


def commands(command):
    return [one for one in command.get("subcommands", [])
            if one["commandName"] != "help" and one.get("shouldDisplay", True)]


def options(command):
    for argument in shown(command):
        yield f".TP\n{spelled(argument)}"
        text = " ".join(filter(None, [argument.get("abstract"), argument.get("discussion")]))
        if argument.get("defaultValue"):
            text += f" (default: {argument['defaultValue']})"
        yield escaped(text.replace("\n", " "))


def sections(path, command):
    """The command, and those below it."""
    for one in commands(command):
        own = path + [one["commandName"]]
        if not commands(one) or one.get("discussion"):
            yield f".SS {escaped(' '.join(own))}"
            yield f"{escaped(one.get('abstract', ''))}\n.PP\n{usage(own, one)}"
            yield from prose(one.get("discussion", ""))
            yield from options(one)
        yield from sections(own, one)


def page(program, section, date, version):
    dump = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True)
    command = json.loads(dump.stdout)["command"]
    name = command["commandName"]
    yield f'.TH {escaped(name).upper()} {section} {date} "Isthmus {version}" "Isthmus"'
    yield ".nh\n.ad l"
    abstract = command["abstract"].rstrip(".")
    yield f".SH NAME\n{escaped(name)} \\- {escaped(abstract[0].lower() + abstract[1:])}"
    yield f".SH SYNOPSIS\n{usage([name], command)}"
    yield ".SH DESCRIPTION"
    yield from prose(command.get("discussion", ""))
    yield ".SH COMMANDS"
    yield from sections([name], command)
    yield ".SH FILES"
    for path, meaning in FILES[name]:
        yield f".TP\n.I {escaped(path)}\n{escaped(meaning)}"
    other = next(one for one in FILES if one != name)
    yield f".SH SEE ALSO\n.BR {escaped(other)} ({section})"


def main(program, section, date, version):
    os.environ["LC_ALL"] = "C.UTF-8"
    print("\n".join(line for line in page(program, section, date, version) if line))


main(*sys.argv[1:])
