# SPDX-License-Identifier: Apache-2.0
"""Extraction: claims out of one text, by rules that are data; pure functions with no input or output."""
