# SPDX-License-Identifier: Apache-2.0
"""The nouns: claims, evidence, documents, stored queries."""
