# SPDX-License-Identifier: Apache-2.0
"""Tests of the documentation: what it says is compared with the code and the graph."""
