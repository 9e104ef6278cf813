"""A trace whose text tries to attack the page."""

SCRIPT = "<script>window.wasRun = 1</script><img src=x onerror='window.wasRun = 2'>"
OVERRIDE = "\u202e"

TRACE = {
    "title": f"Zorbificate {SCRIPT} &amp; <b>bold</b> {OVERRIDE}gnirts\u202c {'unbreakable' * 20}",
    "context": "\n\n".join([
        f"zorbificate {SCRIPT}",
        "[click me](javascript:window.wasRun=3) javascript:window.wasRun=4 data:text/html,<script>1</script>",
        "https://example.com/a?b=c&d=<script> and http://user:pass@[::1]:99999/ and https://",
        "</p></article></li></ol><h1>Escaped</h1>",
        "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd zorbificate " + "\u0645\u0631\u062d\u0628\u0627 " * 30,
        "Z" + "\u0352" * 400 + " piled marks",
        "*a " * 2000,
        "**" * 1500 + "`" * 333 + "|" * 900,
        "> " * 600 + "deep",
    ]),
    "solution": "\n".join([
        "```\"><img src=x onerror=window.wasRun=5>",
        f"if admin{OVERRIDE} \u2066// check\u2069 \u2066: pass",
        "x" * 5000,
        "\x1b[31mred\x1b[0m",
        "```",
        "| a | b |",
        "|---|---|",
        f"| {SCRIPT} | `{SCRIPT}` |",
        "",
        "- item\n" * 2000,
        "~~~python",
        "never closed",
        "w" * 8000,
    ]),
    "tags": ["zorb", "c++", "x" * 50],
}
