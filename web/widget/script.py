"""Joins the widget's source files into the one script that is served as /widget.js.

The source is ES modules, with only `import {…} from "./file.js"` lines and `export` before
declarations; joined, they share one function scope (docs/decisions/0007-widget.md). Data that
the script carries is put in place of the module `data.js`.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.crisis.help_lines import help_lines
from bot.knowledge.services import services
from bot.settings import settings

SOURCE = Path(__file__).parent / "source"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:class|const|function)\b)", re.MULTILINE)
_DECLARED = re.compile(r"^(?:export )?(?:async )?(?:class|const|let|function) (\w+)", re.MULTILINE)


class WidgetError(Exception):
    """The source can't be joined: names the file and what is wrong."""


async def serve(request: Request) -> Response:
    """The script; browsers ask again whether it has changed."""
    body, tag = script()
    headers = {
        "Cache-Control": "public, no-cache",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": tag,
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/javascript", headers=headers)


@lru_cache(maxsize=1)
def script() -> tuple[str, str]:
    """The whole script and its entity tag."""
    body = joined(SOURCE, data(SOURCE))
    return body, f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def data(source: Path) -> dict[str, Any]:
    """What the script carries: help lines, names of services, its styles, and its limit."""
    held = help_lines()
    shown = ("name", "number", "tel", "text_to", "text", "hours", "who", "services")
    return {
        "helpLines": [
            {name: value for name in shown if (value := getattr(held.lines[each], name))}
            for each in held.order
        ],
        "services": {each.id: each.name for each in services().values()},
        "styles": (source / "widget.css").read_text(encoding="utf-8"),
        "limit": settings().chat_message_length,
    }


def joined(source: Path, data: dict[str, Any], main: str = "main.js") -> str:
    """The modules of a folder as one classic script, each after those it imports.

    Raises:
        WidgetError: a module is missing, or two declare the same name.
    """
    parts: dict[str, str] = {}
    declared: dict[str, str] = {}

    def add(name: str) -> None:
        if name in parts:
            return
        parts[name] = ""  # on its way
        if name == "data.js":
            body = f"const DATA = {json.dumps(data, ensure_ascii=False)};\n"
        else:
            path = source / name
            if not path.is_file():
                raise WidgetError(f"{name} is imported but isn't in {source.name}/")
            body = path.read_text(encoding="utf-8")
        for imported in _IMPORT.findall(body):
            add(imported)
        for word in _DECLARED.findall(body):
            if word in declared:
                raise WidgetError(f"{name} declares {word}, as {declared[word]} does: rename one")
            declared[word] = name
        del parts[name]  # so that it comes after what it imports
        parts[name] = _EXPORT.sub("", _IMPORT.sub("", body))

    add(main)
    modules = "\n".join(parts.values())
    return f'(() => {{\n"use strict";\n{modules}}})();\n'
