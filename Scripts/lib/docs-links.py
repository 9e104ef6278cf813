"""docs-links.py: a hook of mkdocs for links from the pages to files outside of Documentation.

With SITE_REPOSITORY, such as https://github.com/OWNER/seed-runner, they lead there. Without it only their text is left.
Scripts/lint links checks that the files exist.
"""

import os
import re

REPOSITORY = os.environ.get("SITE_REPOSITORY", "").rstrip("/")


def on_page_markdown(markdown, **_):
    def outside(match):
        text, target = match.groups()
        return f"[{text}]({REPOSITORY}/blob/main/{target})" if REPOSITORY else text

    return re.sub(r"\[([^]]*)\]\(\.\./([^)\s]+)\)", outside, markdown)
