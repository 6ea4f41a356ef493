# SPDX-License-Identifier: Apache-2.0
"""A linked-data graph about immune-mediated necrotizing myopathy, every claim with its quote."""
