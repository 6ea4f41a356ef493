# SPDX-License-Identifier: Apache-2.0
"""The forms of a validation report, one a module; each makes a text of a view."""
