"""Plants a pytest.ini that lets the next run collect nothing, and options of pytest in the environment.

Class: planting
Effect: taint
"""

# @TWIN@

import os

for place in ("@COURSE@/pytest.ini", "@COURSE@/tests/pytest.ini", "pytest.ini"):
    try:
        with open(place, "w") as file:
            file.write("[pytest]\npython_functions = nothing_*\naddopts = --collect-only\n")
    except OSError as error:
        print(type(error).__name__)
os.environ["PYTEST_ADDOPTS"] = "--collect-only"
os.environ["PYTEST_PLUGINS"] = "no_such_plugin_of_mlgrade_hostile"
