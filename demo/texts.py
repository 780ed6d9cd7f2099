"""Everything the page says, in English and Chinese."""

from cgan import UserError
from cgan.number import BadCharacter, NoDigit
from cgan.reader import NoReader
from demo.drawing import (
    MAX_CHARACTERS,
    MAX_DIGITS,
    BadRedrawn,
    DifferentLengths,
    NotOffered,
    OutOfRange,
    TooLong,
)
from demo.models import Loading, OnlyBundled, Unavailable

LANGUAGES = ("en", "zh")

_TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Numbers by hand", "手写号码"),
    "subtitle": (
        "Type a number; a small neural network writes it by hand.",
        "输入号码，一个小小的神经网络为你手写出来。",
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
    "target": ("A click carries the digit over to", "点击数字后转到"),
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
    "instead": ("{weights}, instead of {wanted}: {reason}", "{weights}，代替 {wanted}：{reason}"),
    "measured": (
        "{weights}, of whose digits a classifier reads {share:.1f} %",
        "{weights}，分类器能认出其中 {share:.1f}% 的数字",
    ),
    "weights": ("Weights", "权重"),
    "no_digit": (
        str(NoDigit()),
        "没有可写的数字：请输入号码，例如 13812345678。",
    ),
    "bad_character": (
        "",  # the exception's own sentence
        "第 {position} 个字符 {character} 不是数字：只能写数字、空格、连字符、点、括号和开头的 +。",
    ),
    "late_plus": (
        "",
        "第 {position} 个字符 {character} 是加号：加号只能放在开头。",
    ),
    "too_long": (
        str(TooLong()),
        f"太长了：最多写 {MAX_DIGITS} 个数字，连同其他字符最多 {MAX_CHARACTERS} 个。",
    ),
    "not_offered": ("", "{name}必须是以下之一：{choices}。"),
    "bad_redrawn": (
        str(BadRedrawn()),
        "redrawn 必须由“位置.次数”组成，例如 2.1-5.3。",
    ),
    "only_bundled": (str(OnlyBundled()), "这里只有内置权重：请去掉 weights。"),
    "different_lengths": (
        "",
        "两个号码的位数必须相同：现在是 {first} 位和 {second} 位。",
    ),
    "out_of_range": ("", "{name}必须是 {low:g} 到 {high:g} 之间的{kind}。"),
    "whole": ("whole number", "整数"),
    "real": ("number", "数"),
    "loading": ("", "正在从 Hugging Face Hub 获取。"),
    "unavailable": ("", "暂时无法从 Hugging Face Hub 获取（英文说明：{why}）"),
    "other_error": ("", "有误（英文说明）：{message}"),
    "no_reader": (
        str(NoReader()),
        "这组权重没有附带识别器，无法挑选最清楚的数字：请把“清晰度”设为 1。",
    ),
    "bad_link": (
        "The link is not complete, so parts of it are left out: {message}",
        "链接不完整，部分设置已忽略：{message}",
    ),
}

# Of what may be out of range, or not on offer.
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
    return _TEXTS[key][LANGUAGES.index(language)].format(**values)


def _chinese(name: str) -> str:
    return _CHINESE_NAMES.get(name, f"{name} ")


def language_of(tag: object) -> str:
    """Return the page's language for a browser's language tag, such as "zh-CN"."""
    return "zh" if str(tag).lower().split("-")[0] == "zh" else "en"


def explain(error: UserError, language: str) -> str:
    """Return an error's sentence in a language."""
    if language == "en":
        return str(error)
    if isinstance(error, NoDigit):
        return say(language, "no_digit")
    if isinstance(error, NoReader):
        return say(language, "no_reader")
    if isinstance(error, TooLong):
        return say(language, "too_long")
    if isinstance(error, BadCharacter):
        key = "late_plus" if error.late_plus else "bad_character"
        return say(language, key, position=error.position, character=error.shown)
    if isinstance(error, DifferentLengths):
        return say(language, "different_lengths", first=error.first, second=error.second)
    if isinstance(error, OutOfRange):
        kind = say(language, "whole" if error.whole else "real")
        name, low, high = _chinese(error.name), error.low, error.high
        return say(language, "out_of_range", name=name, low=low, high=high, kind=kind)
    if isinstance(error, NotOffered):
        return say(language, "not_offered", name=_chinese(error.name), choices=error.choices)
    if isinstance(error, BadRedrawn):
        return say(language, "bad_redrawn")
    if isinstance(error, OnlyBundled):
        return say(language, "only_bundled")
    if isinstance(error, Loading):
        return say(language, "loading")
    if isinstance(error, Unavailable):
        return say(language, "unavailable", why=error.why)
    return say(language, "other_error", message=error)
