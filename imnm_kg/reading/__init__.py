# SPDX-License-Identifier: Apache-2.0
"""Readers: documents of many kinds become text records with zones, the text exact to the character."""
