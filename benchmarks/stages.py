"""Here is indexing: how long does it spend in each stage? Found by wrapping functions of the
library while it runs; the library itself knows nothing of it.

Times are of the one thread that does everything: what a function takes, less what the wrapped
functions take that it calls, is its own. Therefore they add up to the whole.
"""

from __future__ import annotations

import cProfile
import importlib
import io
import pstats
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import searchkit
from searchkit.kernels.invert import Inverter

__all__ = ["REST", "STAGES", "measure_stages"]

REST = "rest"

# Of each stage, in the order of an article's way: module and function, or module, class and method.
STAGES: dict[str, tuple[str, ...]] = {
    "read and parse": ("sources.reading:Reading.fingerprinted",),
    "encode": ("writing.writer:encode_article", "writing.writer:digest_of"),
    "look up ids": ("writing.writer:Writer._supersede",),
    "compress articles": (
        "codec.stored:StoredWriter.extend",
        "codec.stored:StoredWriter.index",
    ),
    "tokenise": ("analysis.vocabulary:Vocabulary.tokenize",),
    "resolve terms": (
        "analysis.vocabulary:Vocabulary._resolve",
        "analysis.vocabulary:Vocabulary.terms",
    ),
    "invert": ("writing.batch:Inverter.invert",),
    "values and columns": (
        "writing.batch:SegmentBuilder._add_values",
        "writing.batch:SegmentBuilder._add_caption_starts",
        "writing.batch:SegmentBuilder.finish",
        "codec.columns:FixedColumnWriter.append_all",
        "codec.segment:SegmentWriter.finish",
    ),
    "merge runs": ("codec.segment:SegmentWriter.add_field", "writing.batch:RunMerger"),
    "merge segments": ("writing.writer:merge_segments",),
    "checksums": ("codec.format:_Section.write", "codec.format:_Section.checksums"),
    "write": ("codec.storage:OutputFile.write",),
    "sync": ("codec.storage:OutputFile.sync", "codec.storage:Storage.sync_directory"),
    "commit": ("writing.writer:commit", "writing.writer:Writer.commit"),
}

_PROFILE_LINES = 40
