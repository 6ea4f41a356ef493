# SPDX-License-Identifier: Apache-2.0
"""RDF as written in files: reading with places, the one Turtle format, canonical output."""
