# SPDX-License-Identifier: Apache-2.0
"""Relations by what they are told of."""

from __future__ import annotations

__all__ = ["OF_ACTION", "OF_BENEFIT", "OF_DISEASE", "OF_HARM", "OF_THERAPY"]

OF_THERAPY = (
    "treats", "ameliorates", "investigatedFor", "firstLineFor", "manages", "contraindicatedIn", "appliedToTreat",
    "cures",
)  # fmt: skip
"""Relations of a treatment to what it is given for."""

OF_BENEFIT = tuple(name for name in OF_THERAPY if name != "contraindicatedIn")
"""Those that are told of the disease, also where a symptom or a marker got better."""

OF_DISEASE = ("hasPhenotype", "hasAutoantibody", "subtypeOf")
"""Relations of which the subject is the disease."""

OF_HARM = ("hasAdverseEvent", "hasSideEffect")
"""Relations of a treatment to the harm that it is told to do."""

OF_ACTION = ("contributesTo", "inhibits", "decreases", "activates", "targets")
"""Relations of what acts to what it acts on."""
