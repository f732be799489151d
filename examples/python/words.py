# SPDX-License-Identifier: MIT
"""Prints the three longest words of a text, longest first."""
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    words = set(re.findall(r"\w+", file.read().lower()))
for word in sorted(words, key=lambda word: (-len(word), word))[:3]:
    print(word)
