"""Plants code that every later Python of this user runs when it starts.

Class: planting
Effect: write
"""

# @TWIN@

import os
import sys

version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
for folder in (f"@WORLD@/home/.local/lib/{version}/site-packages", "@WORLD@/run", "@COURSE@"):
    for name in ("sitecustomize.py", "usercustomize.py", "hostile.pth"):
        try:
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/{name}", "w") as file:
                file.write("import os\n")
        except OSError as error:
            print(type(error).__name__)
