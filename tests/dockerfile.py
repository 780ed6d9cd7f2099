"""Following a Dockerfile's steps without Docker: folders for images, an environment for Python.

Knows what ours uses, and raises on anything else. What it can't show: that the base image exists,
and what an image's own files would do.
"""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests import hosting


@dataclass
class Image:
    """An image being built: its disk, and what was set on the way."""

    root: Path
    base: str
    folder: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    environment: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    ports: list[str] = field(default_factory=list)
    health: str = ""
    command: list[str] = field(default_factory=list)

    def path(self, name):
        """Return where a path in the image is on this machine's disk."""
        return self.root / (self.folder / name).relative_to("/")

    def variables(self):
        """Return what a process in the image finds in its environment, its paths on our disk."""
        tools = f"{self.root / 'python/bin'}:/usr/bin:/bin"
        return {"PATH": tools, "HOME": str(self.root)} | {
            name: str(self.path(value)) if value.startswith("/") else value
            for name, value in self.environment.items()
        }


def instructions(text):
    """Return the (name, options, rest) of each instruction; continued lines are joined."""
    text = re.sub(r"(?m)^\s*#.*\n", "", text)
    found = []
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            options = {}
            while option := re.match(r"--([\w-]+)=(\S+)\s+", rest):
                options[option[1]] = option[2]
                rest = rest[option.end() :]
            found.append((name, options, rest.strip()))
    return found


def context(folder):
    """Return the files, relative to `folder`, that .dockerignore lets into the build."""
    patterns = (folder / ".dockerignore").read_text().splitlines()
    patterns = [line.strip() for line in patterns if line.strip() and line[0] != "#"]
    kept = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and not _is_ignored(name, patterns):
            kept.append(name)
    return kept


def _is_ignored(name, patterns):
    """The last pattern that matches the path or a folder above it decides."""
    ignored = False
    for pattern in patterns:
        negated = pattern.startswith("!")
        wanted = pattern.lstrip("!")
        paths = [name, *name.parents][:-1]
        if wanted.startswith("**/"):
            hit = any(fnmatch.fnmatchcase(path.name, wanted[3:]) for path in paths)
        elif "/" in wanted:
            raise ValueError(f"{pattern}: a form that is not read here")
        else:
            hit = fnmatch.fnmatchcase(name.parts[0], wanted)
        if hit:
            ignored = not negated
    return ignored


def build(folder, disk):
    """Follow the Dockerfile in `folder`, below the folder `disk`; return the last image."""
    images = {}
    image = None
    for name, options, rest in instructions((folder / "Dockerfile").read_text()):
        if name == "FROM":
            image = _start(rest, disk / str(len(images)))
            images[rest.partition(" AS ")[2] or "last"] = image
        elif name == "WORKDIR":
            image.folder /= rest
            image.path("").mkdir(parents=True, exist_ok=True)
        elif name == "COPY" and set(options) <= {"from"}:
            _copy(image, rest, images.get(options.get("from")), folder)
        elif name == "RUN" and not options:
            _run(image, rest)
        elif name == "ENV":
            image.environment |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif name == "USER":
            image.user = rest
        elif name == "EXPOSE":
            image.ports += rest.split()
        elif name == "HEALTHCHECK":
            image.health = re.fullmatch(r"CMD ([^\[].*)", rest)[1]
        elif name == "CMD":
            image.command = json.loads(rest)
        else:
            raise ValueError(f"{name} {options}: an instruction that is not followed here")
    return images["last"]


def _start(rest, root):
    base = rest.partition(" AS ")[0]
    version = re.fullmatch(r"python:(3\.\d+)\.\d+-slim-\w+@sha256:\w+", base)[1]
    root.mkdir()
    hosting.make_environment(root / "python", version)
    return Image(root, base)


def _copy(image, rest, source, folder):
    *names, target = rest.split()
    for name in names:
        if source is not None:
            start = source.path(name)
            found = [start] if start.is_file() else [p for p in start.rglob("*") if p.is_file()]
            base = start.parent if start.is_file() else start
        else:
            assert name == ".", "only the whole context is copied here"
            base = folder
            found = [folder / part for part in context(folder)]
        assert found, f"COPY finds no {name}"
        for path in found:
            into = image.path(target) / path.relative_to(base)
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, into)


def _run(image, command):
    assert " /" not in command, "RUN names a path of the image: that would be one of this machine"
    proxies = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    result = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=image.path(""),
        env=proxies | {"PIP_COMPILE": "0"} | image.variables(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr
