"""Grading as a kernel does it, without isolation layers: python naive.py NOTEBOOK TEST

Runs the code cells of a notebook and then a test in one child process, in the folder of the notebook, and believes the
last number that the child printed: the points. It stands for stock nbgrader in the proof that an attack works.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_CHILD = """
import json, sys
cells, test = json.load(open(sys.argv[1])), sys.argv[2]
space = {"__name__": "__main__"}
for cell in cells["cells"]:
    if cell["cell_type"] == "code":
        try:
            exec("".join(cell["source"]), space)
        except Exception as error:
            print(type(error).__name__, error)
try:
    exec(test, space)
    print(10.0)
except Exception:
    print(0.0)
"""

if __name__ == "__main__":
    path, test = Path(sys.argv[1]), sys.argv[2]
    command = [sys.executable, "-c", _CHILD, str(path), test]
    child = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False, timeout=30)
    [*_, points] = [line for line in child.stdout.split("\n") if line.strip()]
    print(json.dumps({"points": float(points), "printed": child.stdout}))
