#!/usr/bin/env bash
# The course from an installed wheel to a file for Canvas, as an instructor, a student and a TA do it.
# tests/e2e/test_adoption.py runs it in an empty folder, in an environment that holds the wheel and nothing else.
set -euo pipefail

ends() {  # status, command...
  local want=$1 got=0
  shift
  "$@" || got=$?
  if [ "$got" != "$want" ]; then
    echo "ended with $got, not $want: $*" >&2
    exit 1
  fi
}

echo "== the instructor"
mlgrade new course demo --from math-for-ml --yes
cd demo
mlgrade lint
mlgrade release ../edition
mlgrade release --check ../edition

echo "== a student"
cd ../edition
ends 5 mlgrade check                            # nothing is started
cp ../demo/solutions/norm.py exercises/         # an evening's work
ends 0 mlgrade check exercises/norm.py
sed -i 's/raise NotImplementedError.*/return 0.0/' exercises/dot_product.py
ends 1 mlgrade check exercises/dot_product.py
mlgrade update ../edition --dry-run

echo "== the TA: three copies, of which one is complete, one is as the student left it, and one is untouched"
cd ..
mkdir submissions
cp -r edition submissions/ada
cp demo/solutions/*.py submissions/ada/exercises/
cp -r edition submissions/bob
mkdir submissions/cyd
(cd demo && mlgrade release ../again --unit core_objects)
cp -r again/exercises submissions/cyd/

cat > demo/canvas.csv <<'CSV'
Student,ID,SIS User ID,SIS Login ID,Section,Core Objects (901)
    Points Possible,,,,,40
"Lovelace, Ada",1,,ada,A,
"Lee, Bob",2,,bob,A,
"Day, Cyd",3,,cyd,A,
CSV
cd demo
mlgrade roster import canvas.csv --yes
mlgrade grade ../submissions --plain
mlgrade export canvas --template canvas.csv --map "Core Objects=core_objects" -o upload.csv
cat upload.csv
