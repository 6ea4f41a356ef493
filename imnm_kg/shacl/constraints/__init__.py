# SPDX-License-Identifier: Apache-2.0
"""The constraint components of SHACL, each over all focus nodes of a shape at once."""
