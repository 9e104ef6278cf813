"""docs-links.py: an mkdocs hook for links from the pages to files outside of Documentation.

With SITE_REPOSITORY, such as https://github.com/OWNER/seed-runner, links point there. Without it, only their text
remains. Scripts/lint links checks that the files exist.
"""

import os
import re

REPOSITORY = os.environ.get("SITE_REPOSITORY", "").rstrip("/")


def on_page_markdown(markdown, **_):
    def outside(match):
        text, target = match.groups()
        return f"[{text}]({REPOSITORY}/blob/main/{target})" if REPOSITORY else text

    return re.sub(r"\[([^]]*)\]\(\.\./([^)\s]+)\)", outside, markdown)
