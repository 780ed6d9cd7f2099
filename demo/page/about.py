"""The "About" tab: what a conditional GAN is, in a picture and a few words."""

from html import escape

from demo.page import views
from demo.text.texts import say

# Narrow enough for a phone.
_PICTURE = """
<svg viewBox="-8 0 338 145" role="img" aria-label="{alt}" fill="none" stroke="currentColor"
 font-family="system-ui, sans-serif" font-size="14" stroke-width="1.5">
 <rect x="104" y="45" width="44" height="50" rx="6"/>
 <rect x="220" y="45" width="44" height="50" rx="6"/>
 <path d="M68 58h36M68 82h36M148 58h72M264 70h22M184 122v-42h36M84 58v-43h158v30"/>
 <path d="M97 54l7 4-7 4M97 78l7 4-7 4M213 54l7 4-7 4M279 66l7 4-7 4M213 76l7 4-7 4
 M238 38l4 7 4-7"/>
 <circle cx="84" cy="58" r="3" fill="currentColor"/>
 <g fill="currentColor" stroke="none" text-anchor="middle">
 <g text-anchor="end"><text x="64" y="63">{y}</text><text x="64" y="87">{z}</text></g>
 <text x="126" y="75">G</text><text x="242" y="75">D</text><text x="182" y="50">G(z, y)</text>
 <text x="184" y="139">{real}</text>
 <text x="290" y="75" text-anchor="start">{is_real}</text></g>
</svg>
"""

# A term stays together where a line ends.
_EQUATIONS = (
    '<p class="equation">min<sub>G</sub> max<sub>D</sub> V(D, G) = '
    "<span>E<sub>x</sub>[log D(x)]</span> + <span>E<sub>z</sub>[log(1 − D(G(z)))]</span> "
    "&nbsp; (1)</p>",
    '<p class="equation">min<sub>G</sub> max<sub>D</sub> V(D, G) = '
    "<span>E<sub>x</sub>[log D(x | y)]</span> + "
    "<span>E<sub>z</sub>[log(1 − D(G(z | y)))]</span> &nbsp; (2)</p>",
)

_TRAIN = "<pre><code>python train.py\npython demo/app.py --weights runs/NAME</code></pre>"
_API = (
    "<p>{}</p><pre><code>from gradio_client import Client\n"
    'Client("<span class="address">http://127.0.0.1:7860/</span>")<wbr>.view_api()</code></pre>'
)


def html(language: str) -> str:
    """Return the tab's content in a language."""

    def text(key: str) -> str:
        return views.content(language, f"about_{key}")

    def head(key: str) -> str:
        return f"<h2>{text(f'{key}_head')}</h2>"

    parts = {name: text(f"picture_{name}") for name in ("z", "y", "real", "is_real")}
    picture = _PICTURE.format(**parts, alt=escape(say(language, "about_picture_alt")))
    return (
        f'<div class="about">{head("idea")}<p>{text("idea")}</p>{_EQUATIONS[0]}'
        f"{head('label')}<p>{text('label')}</p>{picture}{_EQUATIONS[1]}"
        f"{head('page')}<p>{text('page')}</p>{head('privacy')}<p>{text('privacy')}</p>"
        f"{head('train')}<p>{text('train')}</p>{_TRAIN}{head('api')}{_API.format(text('api'))}</div>"
    )
