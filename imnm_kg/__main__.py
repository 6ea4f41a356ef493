# SPDX-License-Identifier: Apache-2.0
"""Run the command line: ``python -m imnm_kg``."""

from imnm_kg.cli.entry import entry

if __name__ == "__main__":
    entry()
