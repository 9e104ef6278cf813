"""terminal-picture.py ROOT: runs the CSV chapter of ROOT/README.md and draws Documentation/images/terminal.svg.

Blocks of `sh` are run, commands of blocks of `console` are shown with what they print on a terminal with colors. The
commands in MORE follow. Called by Scripts/terminal-picture, in an empty folder, with a database in DATABASE_URL.
"""

import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
from xml.sax.saxutils import escape

CHAPTER = "Your CSV in your table, in 60 seconds"
MORE = [
    "sed -i 's/Norway/Kingdom of Norway/' Seeders/countries/countries.csv",
    "seed-runner plan countries",
    "seed-runner --countries",
    "seed-runner why country NO",
]
COLUMNS, ROWS = 100, 40
SIZE, ADVANCE, LEADING, MARGIN, BAR = 14, 8.43, 20, 16, 34
# Of GitHub's dark theme, whose contrast is enough for small text. By the codes of "select graphic rendition".
COLORS = {"": "#e6edf3", "2": "#9198a1", "31": "#ff7b72", "32": "#3fb950", "33": "#d29922", "36": "#39c5cf"}
BACKGROUND = "#0d1117"


def commands(readme):
    """The commands of the chapter, with whether they are shown."""
    chapter = readme.partition(f"## {CHAPTER}\n")[2].partition("\n## ")[0]
    for language, text in re.findall(r"^```(sh|console)\n(.*?)^```", chapter, flags=re.M | re.S):
        if language == "sh":
            yield re.sub(r"export DATABASE_URL=.*", "", text), False
        else:
            yield from ((line[2:], True) for line in text.splitlines() if line.startswith("$ "))
    yield from ((command, True) for command in MORE)


def on_terminal(command):
    """What a command writes to a terminal."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
        os.execvp("bash", ["bash", "-c", command])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    written = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    if status := os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]):
        sys.exit(f"terminal-picture: {command}: exit code {status}\n{written.decode()}")
    return written.decode()


def screen(written):
    """The lines that are left on the terminal, each a list of cells (character, codes)."""
    lines, row, column, codes = [[]], 0, 0, ()
    for control, argument, letter, character in re.findall(r"(\x1b\[([\d;]*)([A-Za-z]))|([^\x1b])", written, flags=re.S):
        if letter == "m":
            codes = tuple(code for code in argument.split(";") if code not in ("", "0"))
        elif letter == "A":
            row -= int(argument or 1)
        elif letter == "K":
            del lines[row][column:]
        elif letter == "J":
            del lines[row][column:], lines[row + 1 :]
        elif control:
            sys.exit(f"terminal-picture: the terminal does not know {control!r}")
        elif character == "\r":
            column = 0
        elif character == "\n":
            row += 1
            if row == len(lines):
                lines.append([])
        else:
            line = lines[row]
            line.extend([(" ", ())] * (column + 1 - len(line)))
            line[column] = (character, codes)
            column += 1
            if column == COLUMNS:
                row, column = row + 1, 0
                lines[row:row] = [[]]
    return lines if lines[-1] else lines[:-1]


def drawn(line, y):
    """A line as text elements: one for each column of a table and each look, of a fixed length, so that any font aligns."""
    column = 0
    while column < len(line):
        codes = line[column][1]
        end = column
        while end < len(line) and line[end][1] == codes:
            end += 1
        color = next((code for code in codes if code in COLORS), "")
        looks = f' fill="{COLORS[color]}"' if color else ""
        looks += ' font-weight="bold"' if "1" in codes else ""
        for part in re.finditer(r"\S+( \S+)*", "".join(character for character, _ in line[column:end])):
            yield (
                f'<text x="{MARGIN + (column + part.start()) * ADVANCE:.1f}" y="{y}"'
                f' textLength="{len(part[0]) * ADVANCE:.1f}" lengthAdjust="spacingAndGlyphs"{looks}>{escape(part[0])}</text>'
            )
        column = end


def picture(lines):
    width = round(COLUMNS * ADVANCE + 2 * MARGIN)
    height = BAR + LEADING * len(lines) + MARGIN
    shown = [text for number, line in enumerate(lines, 1) for text in drawn(line, BAR + LEADING * number - 5)]
    title = "seed-runner loads a CSV file into a table, finds nothing to do, shows and writes a change, and explains a row"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img" aria-labelledby="title">',
        f'<title id="title">{escape(title)}</title>',
        "<!-- Drawn by Scripts/terminal-picture from a run of the commands in README.md. -->",
        f'<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>',
        *(f'<circle cx="{MARGIN + 6 + 20 * n}" cy="18" r="6" fill="#484f58"/>' for n in range(3)),
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace"'
        f' font-size="{SIZE}" fill="{COLORS[""]}">',
        *shown,
        "</g>",
        "</svg>\n",
    ])


def main(root):
    lines = []
    for command, is_shown in commands((root / "README.md").read_text()):
        if not is_shown:
            subprocess.run(["bash", "-ec", command], check=True, stdout=subprocess.DEVNULL)
            continue
        lines.append([("$", ("36", "1")), (" ", ()), *((character, ("1",)) for character in command)])
        lines += screen(on_terminal(command))
    target = root / "Documentation/images/terminal.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text(picture(lines))
    print(f"drew {target.relative_to(root)}: {len(lines)} lines, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
