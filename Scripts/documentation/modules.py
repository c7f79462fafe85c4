# SPDX-License-Identifier: Apache-2.0
"""Prints the targets of the package's library products, a line each; reads the manifest as JSON from standard input."""
import json
import sys

manifest = json.load(sys.stdin)
targets = [target for product in manifest["products"] if "library" in product["type"] for target in product["targets"]]
print("\n".join(dict.fromkeys(targets)))
