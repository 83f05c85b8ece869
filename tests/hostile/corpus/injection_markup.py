"""Writes markup of every kind where text is expected: XML, HTML, rich's brackets, formulas, a line of results.

Class: injection
Effect: taint
"""

# @TWIN@

MARKUP = "]]></failure></testcase><testcase name='\x00'/><script>alert(1)</script>[bold red]PASS[/] =cmd|' /C calc'!A0 \ufffe\ud800"
print(MARKUP.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


def softmax(z, axis=-1):
    raise ValueError(MARKUP)


def log_softmax(z, axis=-1):
    raise type("]]><b>\x00", (Exception,), {})(MARKUP)
