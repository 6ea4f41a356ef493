# SPDX-License-Identifier: Apache-2.0
"""A linked-data graph about immune-mediated necrotizing myopathy, every claim with its quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imnm_kg.errors import ImnmError
    from imnm_kg.knowledge_graph import KnowledgeGraph

__all__ = ["ImnmError", "KnowledgeGraph", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Late, so that the command line starts without what a command does not need.
    if name == "KnowledgeGraph":
        from imnm_kg.knowledge_graph import KnowledgeGraph

        return KnowledgeGraph
    if name == "ImnmError":
        from imnm_kg.errors import ImnmError

        return ImnmError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
