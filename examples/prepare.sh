#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes what cannot be stored in this repository: a git repository for git-hooks.json.
set -eu
cd "$(dirname -- "$0")"
rm -rf repository
git init -q repository
cd repository
echo 'The first line.' >notes.txt
git add notes.txt
git -c user.name=Example -c user.email=example@example.org commit -q -m 'The first commit'
mkdir -p .git/hooks
