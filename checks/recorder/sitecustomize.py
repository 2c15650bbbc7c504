"""Python runs this at start when its folder is on the path: it records in which files functions run.

At exit each process writes those below ``RECORD_ROOT`` to a file of its own in the folder ``RECORD_INTO``.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType


def _record(root: str, folder: str) -> None:
    codes = set[CodeType]()

    def enter(frame: FrameType, _event: str, _argument: object) -> None:
        codes.add(frame.f_code)

    def write() -> None:
        sys.settrace(None)
        # bodies of modules and classes, which run at an import, are not optimised
        ran = {code.co_filename for code in codes.copy() if code.co_flags & CO_OPTIMIZED}
        files = sorted(name for name in ran if name.startswith(root))
        (Path(folder) / str(os.getpid())).write_text("\n".join(files), "utf-8")

    atexit.register(write)
    threading.settrace(enter)
    sys.settrace(enter)


if {"RECORD_ROOT", "RECORD_INTO"} <= os.environ.keys():
    _record(os.environ["RECORD_ROOT"], os.environ["RECORD_INTO"])
