"""Everything the page says, in English and Chinese."""

from cgan import UserError
from cgan.common.errors import printable

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Numbers by hand", "手写号码"),
    "subtitle": (
        "Type a number; a small neural network writes it by hand.",
        "输入号码，由一个小型神经网络为你手写。",
    ),
    "other_language": ("中文", "English"),
    "write": ("Write", "书写"),
    "grid": ("Styles", "笔迹"),
    "morph": ("Morph", "渐变"),
    "about": ("About", "关于"),
    "number": ("Your number", "你的号码"),
    "draw": ("Write", "书写"),
    "seed": ("Seed", "种子"),
    "dice": ("Another hand", "换一种笔迹"),
    "style": ("Style", "风格"),
    "own": ("Each digit its own", "每个数字各不相同"),
    "one": ("One hand", "同一种笔迹"),
    "more": ("Look and details", "外观与细节"),
    "look": ("Look", "外观"),
    "look_paper": ("Ink on paper", "纸上墨迹"),
    "look_mnist": ("White on black (MNIST)", "黑底白字（MNIST）"),
    "look_clear": ("Transparent", "透明背景"),
    "ink": ("Ink", "墨色"),
    "black": ("Black", "黑"),
    "blue": ("Blue", "蓝"),
    "red": ("Red", "红"),
    "green": ("Green", "绿"),
    "sepia": ("Sepia", "棕"),
    "size": ("Size on the page", "页面上的大小"),
    "truncation": ("Truncation: 0 is the average hand", "截断：0 为平均笔迹"),
    "best_of": ("Legible: the clearest of this many", "清晰度：从几个候选中选最清楚的"),
    "click_hint": (
        "Click a digit, or press Enter on it, to write that one anew.",
        "点击某个数字（或用键盘选中后按回车），只重写这一个。",
    ),
    "row_note": ("Hand {row} of this seed", "此种子的第 {row} 种笔迹"),
    "redrawn_note": ("Written anew: {count}", "已重写 {count} 个"),
    "undo": ("Undo", "还原"),
    "busy": (
        "That could not be drawn now: too many visitors at once, or no connection. Try again soon.",
        "暂时无法生成：访问的人太多，或者网络不通。请稍后再试。",
    ),
    "reset": ("Reset to default value", "恢复默认值"),
    "png": ("PNG", "PNG"),
    "png_large": ("PNG, large", "PNG 大图"),
    "svg": ("SVG", "SVG"),
    "copy": ("Copy link", "复制链接"),
    "copied": (
        "The link is copied. It brings back exactly this picture.",
        "链接已复制，打开即可恢复这张图。",
    ),
    "copy_by_hand": ("Copy this address: ", "请复制此地址："),
    "digit_label": ("Digit {position}: {digit}. Write it anew", "第 {position} 位：{digit}，重写"),
    "paper_label": ("The number {digits}, written by hand", "手写的号码 {digits}"),
    "rows": ("Hands", "笔迹数"),
    "target": ("A click carries the digit over to", "点击数字后，转到"),
    "cell_label": ("{digit} in hand {row}, seed {seed}", "{digit}，第 {row} 种笔迹，种子 {seed}"),
    "grid_label": (
        "{classes} classes in {rows} hands, seed {seed}",
        "{classes} 个类别，{rows} 种笔迹，种子 {seed}",
    ),
    "grid_hint": (
        "A column is a digit, a row is one hand: the same latent in all ten digits.",
        "每列是一个数字，每行是一种笔迹：十个数字共用同一个潜变量。",
    ),
    "from": ("From", "起始号码"),
    "to": ("To", "目标号码"),
    "from_seed": ("Seed, from", "起点种子"),
    "to_seed": ("Seed, to", "终点种子"),
    "frames": ("Frames", "帧数"),
    "make_morph": ("Morph", "生成渐变"),
    "play": ("Play", "播放"),
    "pause": ("Pause", "暂停"),
    "frame": ("Frame", "帧"),
    "gif": ("GIF", "GIF"),
    "webp": ("WebP", "WebP"),
    "morph_label": (
        "The number {start} turning into {end}",
        "号码 {start} 渐变为 {end}",
    ),
    "facts": (
        "Generated in {ms:.1f} ms by {parameters:,} parameters · {weights}",
        "生成用时 {ms:.1f} 毫秒 · {parameters:,} 个参数 · {weights}",
    ),
    "weights_bundled": ("bundled weights {sha}", "内置权重 {sha}"),
    "weights_named": ("weights {name} {sha}", "权重 {name} {sha}"),
    "instead": (
        "{weights}, instead of {wanted}: {reason}",
        "暂用{weights}，因为尚未取得最新的 {wanted}：{reason}",
    ),
    "measured": (
        "{weights} (a classifier reads {share:.1f} % of its digits)",
        "{weights}（其生成的数字有 {share:.1f}% 能被分类器认出）",
    ),
    "weights": ("Weights", "权重"),
    "not_translated": ("{message}", "出错了（原文为英文）：{message}"),
    "bad_link": (
        "Part of the link is not right and left out: {message}",
        "链接中有不正确的设置，已忽略：{message}",
    ),
}

# The errors' sentences, by their templates (`UserError.template`). In quotes and brackets, what
# another program said stays as it is.
_CHINESE_ERRORS = {
    # What is asked for
    "There is no digit to write: type a number, such as 13812345678.": (
        "没有可写的数字：请输入号码，例如 13812345678。"
    ),
    "Character {position}, {shown}, is not a digit: only digits, spaces, hyphens, dots, brackets "
    "and a leading + can be written.": (
        "第 {position} 个字符 {shown} 不是数字：只能写数字、空格、连字符、点、括号和开头的 +。"
    ),
    "Character {position}, {shown}, is a plus sign after the beginning: only a leading + is "
    "allowed.": "第 {position} 个字符 {shown} 是加号：加号只能放在开头。",
    "The number must be text, such as 13812345678.": "号码必须是文本，例如 13812345678。",
    "That is too long: at most {digits} digits can be written, {characters} characters in all.": (
        "太长了：最多写 {digits} 个数字，连同其他字符最多 {characters} 个。"
    ),
    "Both numbers need the same number of digits: they have {first} and {second}.": (
        "两个号码的位数必须相同：现在是 {first} 位和 {second} 位。"
    ),
    "{setting} must be a whole number from {low:g} to {high:g}.": (
        "{setting}必须是 {low:g} 到 {high:g} 之间的整数。"
    ),
    "{setting} must be a number from {low:g} to {high:g}.": (
        "{setting}必须是 {low:g} 到 {high:g} 之间的数。"
    ),
    "{setting} must be one of {choices}.": "{setting}必须是以下之一：{choices}。",
    "redrawn must be pairs of position and variation, such as 2.1-5.3.": (
        "redrawn 必须由用连字符连接的“位置.次数”组成，例如 2.1-5.3。"
    ),
    "weights must be left out: there are only the bundled ones here.": (
        "这里只有内置权重：请去掉 weights。"
    ),
    "These weights have no reader, which could tell the more legible of two digits: best_of must "
    "be 1. `train.py --reader` trains one with the generator.": (
        "这组权重没有附带识别器，无法挑选最清楚的数字：请把“清晰度”（best_of）设为 1。"
        "用 `train.py --reader` 训练生成器时可以附带一个。"
    ),
    # Weights from the Hub
    "it is on its way from the Hugging Face Hub.": "正在从 Hugging Face Hub 获取。",
    "it can't be loaded; the server's log says why.": "无法加载，原因见服务器日志。",
    "The page needs weights that write a chosen digit: these are unconditional.": (
        "页面需要能写指定数字的权重：这组权重来自无条件生成器。"
    ),
    "The page needs weights that write the ten digits in grey: these have {classes} classes and "
    "{channels} channels.": (
        "页面需要能写十个数字的灰度图权重：这组权重有 {classes} 个类别、{channels} 个通道。"
    ),
    "The Hub did not give the commit of {repository}: check HF_ENDPOINT.": (
        "Hub 没有给出 {repository} 的提交号：请检查 HF_ENDPOINT。"
    ),
    "{repository} has no {file}: it is not a cgan weights repository.": (
        "{repository} 里没有 {file}：它不是本程序的权重仓库。"
    ),
    "The Hub did not give the size of {file} of {repository}: check HF_ENDPOINT.": (
        "Hub 没有给出 {repository} 中 {file} 的大小：请检查 HF_ENDPOINT。"
    ),
    "{file} of {repository} is {size:,} bytes; the limit is {limit:,} bytes.": (
        "{repository} 中的 {file} 有 {size:,} 字节，最多只接受 {limit:,} 字节。"
    ),
    "{file} of {repository} came damaged twice: its hash is not the one that the Hub gives. "
    "Try again, or use another network or mirror.": (
        "{repository} 中的 {file} 两次下载都已损坏：内容与 Hub 给出的校验值不符。"
        "请重试，或换一个网络或镜像。"
    ),
    "{repository}@{commit}: {error}": "{repository}@{commit}：{error}",
    "{error} There is no folder {folder} here, either.": "{error}这里也没有文件夹 {folder}。",
    "The bundled weights have no revision {revision!r}: name a repository.": (
        "内置权重没有版本 {revision!r}：请写出仓库名。"
    ),
    # The Hub and the way to it
    "Pushing needs a token, and there is none: create one with write permission at "
    "{hub}/settings/tokens, then run `hf auth login` or set HF_TOKEN.": (
        "上传需要令牌，但没有设置：请在 {hub}/settings/tokens 创建有写权限的令牌，"
        "然后运行 `hf auth login` 或设置 HF_TOKEN。"
    ),
    "Your token contains an invalid character, such as a typographic quote. Run `hf auth "
    "login` again; if HF_TOKEN is set, it takes precedence.": (
        "令牌无效：含有令牌不会有的字符，例如弯引号。请重新运行 `hf auth login`；"
        "若设置了 HF_TOKEN，则以它为准。"
    ),
    "Something went wrong with {repository} ({kind}: {said}). Try again, or look at {hub} in "
    "a browser.": (
        "处理 {repository} 时出错（{kind}: {said}）。请重试，或用浏览器打开 {hub} 查看情况。"
    ),
    "{name} is gated: ask for access at {hub}/{name}, then log in with `hf auth login` or set "
    "HF_TOKEN.": (
        "{name} 需要申请访问权限：请在 {hub}/{name} 申请，然后运行 `hf auth login` 登录或设置 "
        "HF_TOKEN。"
    ),
    "{name} has no revision {revision!r}: give a branch, a tag or a commit that {hub}/{name} "
    "lists.": ("{name} 没有版本 {revision!r}：请填写 {hub}/{name} 列出的分支、标签或提交号。"),
    "{name} has been disabled on {hub}: choose another.": (
        "{name} 已在 {hub} 上被停用：请换一个仓库。"
    ),
    "A file of {repository} is no longer on {hub}: try again, or choose another revision.": (
        "{repository} 的一个文件已不在 {hub} 上：请重试，或换一个版本。"
    ),
    "There is no model {name} on {hub} that you may see: check the name; if it is private, log in "
    "with `hf auth login` or set HF_TOKEN.": (
        "{hub} 上没有你能访问的模型 {name}：请检查名称；若是私有模型，请运行 `hf auth login` "
        "登录或设置 HF_TOKEN。"
    ),
    "{hub} asks you to log in: run `hf auth login` or set HF_TOKEN.": (
        "{hub} 要求登录：请运行 `hf auth login` 或设置 HF_TOKEN。"
    ),
    "{hub} does not accept your token: it is mistyped, expired or for another Hub. Run `hf "
    "auth login` again; if HF_TOKEN is set, it takes precedence.": (
        "{hub} 不接受你的令牌：可能输错、过期，或属于另一个 Hub。请重新运行 "
        "`hf auth login`；若设置了 HF_TOKEN，则以它为准。"
    ),
    "{hub} asks for a paid plan{told}: see {hub}/settings/billing, or choose another name.": (
        "{hub} 要求付费方案{told}：请查看 {hub}/settings/billing，或换一个名称。"
    ),
    "{hub} does not let you read {name}{told}: check your token.": (
        "{hub} 不允许你读取 {name}{told}：请检查令牌。"
    ),
    "Your token may not write to {name}: it must have write permission, and {namespace} must "
    "be you or an organisation that lets you write. Create one at {hub}/settings/tokens.": (
        "你的令牌不能写入 {name}：令牌须有写权限，且 {namespace} 须是你本人或允许你写入的组织。"
        "请在 {hub}/settings/tokens 创建令牌。"
    ),
    "{hub} knows no user or organisation {namespace} that you may write to: check the name.": (
        "{hub} 上没有你能写入的用户或组织 {namespace}：请检查名称。"
    ),
    "{name} was being changed at the same moment{told}: try again.": (
        "{name} 此刻正被他人修改{told}：请重试。"
    ),
    "{hub} refused the request with status {status}{told}: check the name and HF_ENDPOINT.": (
        "{hub} 拒绝了请求，状态码 {status}{told}：请检查名称和 HF_ENDPOINT。"
    ),
    "{hub} is out of order (status {status}): try again later.": (
        "{hub} 暂时故障（状态码 {status}）：请稍后再试。"
    ),
    "{hub} has had too many requests from here: try again in a few minutes. Those who are logged "
    "in (`hf auth login` or HF_TOKEN) may send more.": (
        "本机对 {hub} 的请求过于频繁：请几分钟后再试。登录后"
        "（`hf auth login` 或 HF_TOKEN）限额更高。"
    ),
    "{hub} has had too many requests from here: try again in {seconds} s. Those who are logged in "
    "(`hf auth login` or HF_TOKEN) may send more.": (
        "本机对 {hub} 的请求过于频繁：请 {seconds} 秒后再试。登录后"
        "（`hf auth login` 或 HF_TOKEN）限额更高。"
    ),
    "HF_HUB_OFFLINE is set, so {hub} was not asked for {repository}: unset it to fetch or push.": (
        "设置了 HF_HUB_OFFLINE，因此没有向 {hub} 请求 {repository}：要下载或上传，请取消该设置。"
    ),
    "HF_ENDPOINT is not a web address: {hub}. Write it like https://host.": (
        "HF_ENDPOINT 不是网址：{hub}。请写成 https://host 的形式。"
    ),
    "{hub} did not answer in time: check the internet connection and, if it is set, HF_ENDPOINT.": (
        "{hub} 没有及时响应：请检查网络连接和 HF_ENDPOINT（如已设置）。"
    ),
    "The proxy did not let us reach {hub}: check HTTPS_PROXY.": (
        "代理不允许连接 {hub}：请检查 HTTPS_PROXY。"
    ),
    "Can't reach {hub} (its certificate is not trusted here): check the internet connection and, "
    "if it is set, HF_ENDPOINT.": (
        "无法连接 {hub}（其证书在此不受信任）：请检查网络连接和 HF_ENDPOINT（如已设置）。"
    ),
    "Can't reach {hub} (no answer): check the internet connection and, if it is set, "
    "HF_ENDPOINT.": ("无法连接 {hub}（没有响应）：请检查网络连接和 HF_ENDPOINT（如已设置）。"),
    "The connection to {hub} was broken off: try again; check the internet connection and, if it "
    "is set, HF_ENDPOINT.": (
        "与 {hub} 的连接中断：请重试，并检查网络连接和 HF_ENDPOINT（如已设置）。"
    ),
    "{hub} does not answer like a Hub: check HF_ENDPOINT and the proxy.": (
        "{hub} 返回的内容不符合 Hub 的格式：请检查 HF_ENDPOINT 和代理。"
    ),
    "No disk space for {repository} in {path}: free some.": (
        "{path} 所在磁盘没有空间存放 {repository}：请腾出空间。"
    ),
    "{path} can't be written or read ({why}): set HF_HOME to a folder that can.": (
        "{path} 无法读写（{why}）：请把 HF_HOME 设为可读写的文件夹。"
    ),
    "Could not use {path} ({why}) for {repository}: check it.": (
        "无法把 {path} 用于 {repository}（{why}）：请检查。"
    ),
    # Files of weights
    "{path} is missing: a weights folder holds {config} and {weights}.": (
        "缺少 {path}：权重文件夹应有 {config} 和 {weights}。"
    ),
    "Could not read {path}: {why}.": "无法读取 {path}：{why}。",
    "{path} is larger than its config allows ({limit:,} bytes).": (
        "{path} 超出其配置允许的大小（{limit:,} 字节）。"
    ),
    "{path} is not JSON ({why}).": "{path} 不是 JSON（{why}）。",
    "{path} must hold a JSON object.": "{path} 的内容必须是一个 JSON 对象。",
    "{path}: {key!r} must be {format!r}: it describes something else.": (
        "{path}：{key!r} 必须是 {format!r}：它描述的是别的东西。"
    ),
    "{path}: {key!r} must be an object.": "{path}：{key!r} 必须是一个对象。",
    "{path}: {error}.": "{path}：{error}。",
    "{path} is not a safetensors file that NumPy can hold ({why}).": (
        "{path} 不是 NumPy 能读取的 safetensors 文件（{why}）。"
    ),
    "{path}: the tensor {tensor!r} is missing.": "{path}：缺少张量 {tensor!r}。",
    "{path}: there is a tensor {tensor!r} that no generator has.": (
        "{path}：有一个生成器不会有的张量 {tensor!r}。"
    ),
    "{path}: {tensor!r} is {dtype}, not float32.": (
        "{path}：{tensor!r} 的类型是 {dtype}，而不是 float32。"
    ),
    "{path}: {tensor!r} has shape {shape}; its config asks for {wanted}.": (
        "{path}：{tensor!r} 的形状是 {shape}，而配置要求 {wanted}。"
    ),
    "{path}: {tensor!r} has values that are not finite numbers.": (
        "{path}：{tensor!r} 含有非有限的数值。"
    ),
    "{path}: {tensor!r} has a negative variance.": "{path}：{tensor!r} 含有负的方差。",
    # Their config
    "unknown key {key!r}": "未知的键 {key!r}",
    "the key {key!r} is missing": "缺少键 {key!r}",
    "{key} must be a whole number from {low} to {high}, not {value!r}": (
        "{key} 必须是 {low} 到 {high} 之间的整数，而不是 {value!r}"
    ),
    "{key} must be one of {choices}, not {value!r}": (
        "{key} 必须是以下之一：{choices}，而不是 {value!r}"
    ),
    "reader must be False for an unconditional generator": "无条件生成器的 reader 必须是 False",
    "class_norm must be False for an unconditional generator": (
        "无条件生成器的 class_norm 必须是 False"
    ),
    "latent_norm must be False without class_norm": (
        "class_norm 为 False 时，latent_norm 必须是 False"
    ),
    "img_size must be divisible by 8, because the convolutional generator doubles its size three "
    "times, not {value}": (
        "img_size 必须能被 8 整除，因为卷积生成器会三次把尺寸加倍，而不能是 {value}"
    ),
    "widths must be three or four whole numbers, not {value!r}": (
        "widths 必须是三个或四个整数，而不是 {value!r}"
    ),
}

# Of settings, in these sentences.
_CHINESE_NAMES = {
    "seed": "种子",
    "truncation": "截断",
    "size": "大小",
    "best_of": "清晰度",
    "frames": "帧数",
    "rows": "笔迹数",
    "scale": "倍数",
    "row": "笔迹",
    "style": "风格",
    "look": "外观",
    "ink": "墨色",
    "format": "格式",
    "weights": "权重",
}


def say(language: str, key: str, **values: object) -> str:
    """Return the text `key` in a language, with `values` filled in."""
    english, chinese = _TEXTS[key]
    return (chinese if language == "zh" else english).format(**values)


def language_of(tag: object) -> str:
    """Return the page's language for a browser's language tag, such as "zh-CN"."""
    return "zh" if str(tag).lower().split("-")[0] == "zh" else "en"


def explain(error: UserError, language: str) -> str:
    """Return an error's sentence in a language."""
    if language != "zh":
        return str(error)
    template = _CHINESE_ERRORS.get(error.template)
    if template is None:
        return say(language, "not_translated", message=error)
    values = {name: _in_chinese(name, value) for name, value in error.values.items()}
    return printable(template.format(**values))


def _in_chinese(name: str, value: object) -> object:
    if isinstance(value, UserError):
        return explain(value, "zh")
    if name == "setting":
        return _CHINESE_NAMES.get(str(value).lower(), f"{value} ")
    return value
