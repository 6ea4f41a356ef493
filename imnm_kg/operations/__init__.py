# SPDX-License-Identifier: Apache-2.0
"""The verbs: one operation a module; a verb never imports a verb."""
