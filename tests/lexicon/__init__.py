# SPDX-License-Identifier: Apache-2.0
"""Tests of names and where they come from."""
