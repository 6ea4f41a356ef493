# SPDX-License-Identifier: Apache-2.0
"""The stored queries on other engines, over HTTP on the loopback interface."""
