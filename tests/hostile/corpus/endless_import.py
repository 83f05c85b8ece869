"""Never ends its own import.

Class: endless
Effect: hang
"""

# @TWIN@

while True:
    pass
