"""Texts that upset programs, by class."""

CLASSES: dict[str, tuple[str, ...]] = {
    "control characters": (
        "".join(map(chr, range(0x20))), "".join(map(chr, range(0x7F, 0xA0))),
        "bell\a back\b\b\b feed\f\v", "over\rwritten", "two\nlines\r\nthree", "tab\tstop", "\x1a end", "\x7f\x7f\x7f",
    ),
    "escape sequences": (
        "\x1b[2J\x1b[H\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x1b]2;title\x1b\\", "\x9d0;title\x9c",
        "\x1b]52;c;Y2xpcA==\x07", "\x1b]8;;https://attack.example\x07link\x1b]8;;\x07",
        "\x1b[?1049h\x1b[?25l\x1b[5 q", "\x1b[6n\x1b[c\x1b[>c\x1b[5n", "\x9b6n", "\x1bP$q q\x1b\\",
        "\x1bPtmux;\x1b\x1b]0;title\x07\x1b\\", "\x1b_Gi=1,a=q;AAAA\x1b\\", "\x1b^private\x1b\\", "\x1bXstring\x1b\\",
        "\x1b]1337;SetMark\x07", "\x1b]11;?\x07", "\x1b[21t\x1b[18t", "\x1b]0;no end", "\x1b", "\x1b[", "\x9b",
        "\x1b\x1b[31m[31m", "\x1b(0lqqk\x1b(B", "\x1b[200~paste\x1b[201~", "\x0e\x0f", "\x1bc\x1b#8",
        "\x1b[\x1b[31m31m", "\x05", "\x1b]\x1b]0;x\x07",
    ),
    "unseen characters and directions": (
        "\u202etxt.exe", "\u2066a\u2069 \u2067b\u2069 \u2068c\u2069", "zero\u200bwidth\u200c\u200d\u2060\ufeff",
        "soft\xadhyphen", "\u061c\u200e\u200f", "\u2028\u2029\x85", "\u3164\u115f\uffa0", "tag\U000e0041\U000e007f",
        "\u180e\u034f", "\ufff9a\ufffab\ufffb", "\xa0", "\u3000",
    ),
    "any language": (
        "\u0627\u0644\u0639\u0631\u0628\u064a\u0629", "\u05e2\u05d1\u05e8\u05d9\u05ea (abc) 123",
        "\u65e5\u672c\u8a9e\uff0c\u5168\u89d2", "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f", "e\u0301\u0302\u0303\u0304\u0305" * 20,
        "\u1e9e\u0130\u0131\u017f", "\U0010ffff\uffff",
    ),
    "no UTF-8": (
        "\ud800", "a\udfff\ud800b", "\udc80\udcff", "\ud83d", "\ufffd",
    ),
    "formulas": (
        "=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\n=1+1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201",
        " =1", "\0=1", "\x1b[m=1", "\u200b=1", "\xa0=1", "\u3000-1", "\ufeff=1",
        '=HYPERLINK("https://attack.example","x")', "=cmd|'/C calc'!A0", '"=1"', '",=1', ";=1", "'=1",
    ),
    "CSV": (
        'a,b;c\td"e', '"', '""', '"\n"', "a\r\nb,c",
    ),
    "HTML": (
        "<script>window.hit=1</script>", "</script><script>window.hit=1</script>",
        "'\"><img src=x onerror=window.hit=1>", "<!--", "--><svg/onload=hit=1>", "<![CDATA[x]]>", "]]>",
        "&lt;script&gt;&#60;&#x3c;&amp;amp;&nbsp", "</title></style></textarea></template></pre>",
        "javascript:window.hit=1", "<plaintext>", "<a\nhref=x>", "\\u003cscript\\u003e",
        "<base href=//attack.example>", "` onload=hit=1", "</code></td></table>", "<scr\0ipt>",
    ),
    "Markdown": (
        "![x](https://attack.example/x.png)", "[x](javascript:hit)", "[x]: https://attack.example",
        "<https://attack.example>", "https://attack.example", "www.attack.example", "a|b\\|c\\\\|d", "`a` ``b`` ```",
        "```\n# end\n```", "~~~", "# title", "> quote", "- item\n1. item", "***", "a\n---", "\\", "a\\`b",
        "  indented", "$x$ $$y$$", "@somebody #1", ":smile:", "<details>", "| a |\n| --- |\n| b |",
        "\n\nparagraph\n\n", "    code", "[^1]", "`", "``", "|",
    ),
    "DOT and Mermaid": (
        '"];x[label="', "\\", '\\"', "}", "<b>x</b>", "\\N\\G", "a -> b;", '"]; click t0 "https://attack.example"',
        "%%{init: {}}%%", "end", "#quot;",
    ),
    "templates": (
        "{{ 7 * 7 }}", "{% raw %}", "{# x", "${7*7}", "#{7*7}", "<%= 7 %>", "{0} {name} {0.__class__}",
        "%s %d %(x)s %n", "$HOME", "%PATH%", "{", "}}", "\\1 \\g<0>",
    ),
    "rich": (
        "[red]x[/red]", "[/]", "[link=https://attack.example]x[/link]", "[bold", "[@click=app.quit]x[/]", "\\[red]",
        ":warning:",
    ),
    "shell": (
        "`touch escaped`", "; touch escaped", "| touch escaped", "&& touch escaped", "> escaped",
        "'", "a'b\"c", "!!", "*",
    ),
    "paths": (
        "../../escaped", "../../../../../../../../../../../../tmp/escaped",
        "/tmp/escaped", ".", "..", "/", "//",  # noqa: S108 - nothing is written there
        "a\\..\\b", "C:\\x", "%2e%2e%2fx", "file:///etc/passwd", "n" * 300, "Case-Twin", "case-twin", "CON",
        "x.jsonl", "\\\\host\\share", "/dev/zero", ".git", "cache/manifest.json", "/proc/self/environ",
        "nul\0byte", "-rf", "--help", "$(touch escaped)", "~/x", "caf\xe9", "cafe\u0301",
    ),
    "words of programs": (
        "", " ", "null", "None", "undefined", "NaN", "Infinity", "true", "0", "-0", "1e309", "007", "0x1F", "1,000",
        "2026-03-14", "constructor", "__proto__", "toString", "hasOwnProperty", "__class__", "(none)",
        "general-purpose", "general", "schema_type", "sessions", "total", "Warmup", "[Request interrupted by user]",
        "<task-id>x</task-id>", "warning: x", "error: x", '\x1e{"done": 1}',
        "/exit", "<command-name>x</command-name>",
    ),
    "long": (
        "x" * 20_000, "\u6f22" * 5000, "a " * 5000, "|`<" * 2000, "-" * 3000, "\n" * 2000, "\U0001f600" * 1500,
        "=" * 3000, "(" * 3000,
    ),
}  # fmt: skip
NAUGHTY = tuple(text for texts in CLASSES.values() for text in texts)
