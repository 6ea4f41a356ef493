# SPDX-License-Identifier: Apache-2.0
"""Names: lexicon entries from our own and foreign vocabularies, and how they are found in a text."""
