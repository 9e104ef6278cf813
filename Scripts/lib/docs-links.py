"""docs-links.py: an mkdocs hook for links from the pages to files outside of Documentation.

With SITE_REPOSITORY, such as https://github.com/OWNER/seed-runner, links point there. Without it, only their text
remains. Scripts/lint links checks that the files exist. With SITE_HAS_API_DOCS, links to the introduction of a module
point to its API documentation.
"""

import os
import re

REPOSITORY = os.environ.get("SITE_REPOSITORY", "").rstrip("/")
REVISION = os.environ.get("SITE_REVISION", "main")
HAS_API_DOCS = os.environ.get("SITE_HAS_API_DOCS") == "true"


def on_page_markdown(markdown, **_):
    def outside(match):
        text, target = match.groups()
        module = re.fullmatch(r"Sources/\w+/(\w+)/\1\.docc/\1\.md", target)
        if module and HAS_API_DOCS:
            # As HTML, because mkdocs knows only the files in its own folder. DocC's pages are folders.
            return f'<a href="api/{module[1]}/documentation/{module[1].lower()}/">{text}</a>'
        return f"[{text}]({REPOSITORY}/blob/{REVISION}/{target})" if REPOSITORY else text

    return re.sub(r"\[([^]]*)\]\(\.\./([^)\s]+)\)", outside, markdown)
