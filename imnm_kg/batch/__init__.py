# SPDX-License-Identifier: Apache-2.0
"""Extraction of many documents, composed of the single operations: in one process, in a pool, on a cluster."""
