#!/bin/sh
# PrairieLearn runs this in a container for each submission, with the question's files in /grade.
# -I: neither the environment nor the working folder decides what is imported.
exec "${MLGRADE_PYTHON:-/opt/mlgrade/bin/python}" -I -m mlgrade.integrations.prairielearn "${MLGRADE_GRADE:-/grade}"
