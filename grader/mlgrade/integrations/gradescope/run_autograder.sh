#!/usr/bin/env bash
# Gradescope runs this for each hand-in. What it prints is for the staff; what students see is in results/results.json.
set -euo pipefail

root="${MLGRADE_AUTOGRADER:-/autograder}"
# -I: neither the environment nor the working folder decides what is imported.
exec "$root/venv/bin/python" -I -m mlgrade.integrations.gradescope "$root"
