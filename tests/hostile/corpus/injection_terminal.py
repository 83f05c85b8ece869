"""Puts sequences into its messages that clear a terminal, write into its title and repaint the points.

Class: injection
Effect: taint
"""

# @TWIN@

ESCAPES = "\x1b[2J\x1b[H\x1b]0;full marks\x07\x1b[32mPASS  softmax: all checks pass, 10 of 10 points\x1b[8m\r\x08\x9b2J"
print(ESCAPES)


def softmax(z, axis=-1):
    print(ESCAPES)
    raise ValueError(ESCAPES)
