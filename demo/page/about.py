"""The "About" page: what a conditional GAN is, in a picture and short words."""

_PICTURE = """
<div class="picture" tabindex="0">
<svg viewBox="0 0 640 145" role="img" aria-label="{alt}" fill="none" stroke="currentColor"
 font-family="system-ui, sans-serif" font-size="14" stroke-width="1.5">
 <rect x="150" y="45" width="120" height="50" rx="6"/>
 <rect x="420" y="45" width="130" height="50" rx="6"/>
 <path d="M75 58h75M75 82h75M270 62h150M550 70h50M345 122v-42h75M110 58v-43h375v30"/>
 <path d="M143 54l7 4-7 4M143 78l7 4-7 4M413 58l7 4-7 4M593 66l7 4-7 4M413 76l7 4-7 4
 M481 38l4 7 4-7"/>
 <circle cx="110" cy="58" r="3" fill="currentColor"/>
 <g fill="currentColor" stroke="none" text-anchor="middle">
 <text x="35" y="63">{y}</text><text x="35" y="87">{z}</text><text x="210" y="75">G</text>
 <text x="485" y="75">D</text><text x="345" y="54">G(z, y)</text>
 <text x="345" y="139">{real}</text><text x="620" y="75">{is_real}</text></g>
</svg></div>
"""

_EQUATIONS = (
    '<p class="equation">min<sub>G</sub> max<sub>D</sub> V(D, G) = '
    "E<sub>x</sub>[log D(x)] + E<sub>z</sub>[log(1 − D(G(z)))] &nbsp; (1)</p>",
    '<p class="equation">min<sub>G</sub> max<sub>D</sub> V(D, G) = '
    "E<sub>x</sub>[log D(x | y)] + E<sub>z</sub>[log(1 − D(G(z | y)))] &nbsp; (2)</p>",
)

_TRAIN = "<pre><code>python train.py\npython demo/app.py --weights runs/NAME</code></pre>"
_API = (
    "<p>{}</p><pre><code>from gradio_client import Client\n"
    'Client("<span class="address">http://127.0.0.1:7860/</span>").view_api()</code></pre>'
)

_TEXTS = {
    "en": (
        "A generator G makes an image of random numbers z, the latent. A discriminator D sees "
        "real and generated images and learns to tell them apart, while G learns to be taken "
        "for real.",
        "A conditional GAN gives both networks the label y, too, the digit that is wanted. So "
        "one can ask for a 7, and z decides only how the 7 looks: slant, width, thickness.",
        "The bundled G is a small convolutional network of four layers, trained on the 60,000 "
        "digits of MNIST, with a hinge loss instead of logarithms (Lim and Ye 2017) and, besides "
        "D, a small classifier that says what it can't read. Each digit of your number has a "
        "latent of its own, made from the seed and the digit's place, so the same "
        "number and seed give the same picture to everyone, until one has a digit written anew.",
        "What you type is kept nowhere: not on the server, not in your browser, not in a log.",
        "The first line fetches MNIST and trains; it says how long that will take, and the folder "
        "under runs/ where the weights are. The second opens this page with them:",
        ("The idea", "With a label", "This page", "Privacy", "Train your own", "The API"),
        ("random z", "digit y", "real images", "real?", "Generator and discriminator"),
        "To call this page from a program:",
    ),
    "zh": (
        "生成器 G 把随机数 z（潜变量）变成图像；判别器 D 看真实图像和生成的图像，"
        "学习分辨真假，而 G 学习以假乱真。",
        "条件 GAN 还把标签 y（想要的数字）同时交给两个网络。"
        "于是可以指定要写 7，而 z 只决定这个 7 的样子：倾斜、宽窄、粗细。",
        "内置的 G 是一个四层的卷积小网络，在 MNIST 的 60,000 个手写数字上训练，"
        "用合页损失（hinge loss）代替对数损失（Lim 与 Ye，2017）；"
        "除了 D，还用一个小分类器促使生成的数字清晰可辨。"
        "号码中每个数字的潜变量由种子和它的位置决定，"
        "所以相同的号码、种子、设置和权重对所有人都给出同一张图（重写过的数字除外）。",
        "你输入的内容不会保存在任何地方：服务器、浏览器和日志里都没有。",
        "第一行下载 MNIST 并训练，会显示所需时间和存放权重的文件夹（在 runs/ 下）；"
        "第二行用这些权重打开本页：",
        ("原理", "加上标签", "这个页面", "隐私", "训练自己的模型", "API"),
        ("随机数 z", "数字 y", "真实图像", "真？", "生成器与判别器"),
        "用程序调用这个页面：",
    ),
}


def html(language: str) -> str:
    """Return the page in a language."""
    idea, label, page, privacy, train, heads, names, api = _TEXTS[language]
    z, y, real, is_real, alt = names
    picture = _PICTURE.format(z=z, y=y, real=real, is_real=is_real, alt=alt)
    return (
        f'<div class="about"><h2>{heads[0]}</h2><p>{idea}</p>{_EQUATIONS[0]}'
        f"<h2>{heads[1]}</h2><p>{label}</p>{picture}{_EQUATIONS[1]}"
        f"<h2>{heads[2]}</h2><p>{page}</p><h2>{heads[3]}</h2><p>{privacy}</p>"
        f"<h2>{heads[4]}</h2><p>{train}</p>{_TRAIN}<h2>{heads[5]}</h2>{_API.format(api)}</div>"
    )
