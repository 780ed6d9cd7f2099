"""Simplified Chinese (简体中文): what the page says, errors included."""

TAG = "zh-CN"
NAME = "中文"

TEXTS = {
    "title": "手写号码",
    "subtitle": "输入号码，由一个小型神经网络为你手写。",
    # Tabs
    "write": "书写",
    "grid": "更多笔迹",
    "morph": "渐变",
    "about": "关于",
    # The tab that writes a number
    "number": "你的号码",
    "draw": "书写",
    "seed": "种子",
    "dice": "换一种笔迹",
    "hand_back": "上一种",
    "other_hands": "用另外六种笔迹写这个号码",
    "take_hand": "用这种笔迹写（种子 {seed}）",
    "variation": "笔迹差异：左小右大",
    "spacing": "字距",
    "spacing_ink": "像手写一样，连符号一起写",
    "spacing_grid": "等宽格子",
    "pen": "笔画粗细：左细右粗",
    "more": "外观与细节",
    "look": "外观",
    "look_paper": "纸上墨迹",
    "look_mnist": "黑底白字（MNIST）",
    "look_clear": "透明背景",
    "ink": "墨色",
    "black": "黑",
    "blue": "蓝",
    "red": "红",
    "green": "绿",
    "sepia": "棕",
    "size": "页面上的大小（以放得下为限）",
    "truncation": "变化幅度：0 为平均笔迹",
    "best_of": "清晰度：每个数字写几遍，取最清楚的一个",
    "click_digit": "点一下数字即可单独重写（键盘：选中后按回车）。",
    "tap_digit": "点一下数字即可单独重写。",
    "row_note": "此种子的第 {row} 种笔迹",
    "marks_left_out": "以下符号在这里不写出：“{marks}”。",
    "redrawn_note": "已重写 {count} 个",
    "undo": "撤销",
    "log_in": "访问本页需要用户名和密码：请刷新后输入。",
    "busy": "没有回应：访问的人太多，或者网络不通。请稍后再试。",
    "close": "关闭",
    "reset": "恢复默认值",
    "png": "PNG",
    "png_large": "PNG 大图",
    "svg": "SVG",
    "strokes": "绘图仪 SVG",
    "copy": "复制链接",
    "copied": "链接已复制，打开即可恢复这张图。",
    "copy_by_hand": "请复制此地址：",
    "digit_label": "第 {position} 位：{digit}，重写",
    "paper_label": "手写的号码 {digits}",
    "number_heard": "{number}。种子 {seed}。{note}",
    # A hand of one's own
    "hand": "我的笔迹",
    "hand_board": "画布：用鼠标、手指或触控笔写一个数字，也可以改用照片。",
    "hand_empty": "在这里写一个数字",
    "hand_undo": "撤销",
    "hand_clear": "清空",
    "hand_keep": "保留，再写一个",
    "hand_which_digit": "这是哪个数字？",
    "hand_seen": "你写的",
    "hand_again": "神经网络写的",
    "hand_all": "用这种笔迹写的十个数字",
    "hand_blue": "蓝色：照你写的样子",
    "hand_write": "用这种笔迹书写",
    "hand_read": "认作 {digit}，不对的话请改选。",
    "hand_chosen": "按 {digit} 处理。",
    "hand_photo_head": "或者用照片",
    "hand_photo": "选择照片",
    "hand_photo_hint": "用深色笔在浅色纸上写 0 到 9（或其中几个），彼此分开，从正上方拍照。",
    "hand_found": "找到 {count} 个数字：请在下面逐个核对。",
    "hand_turned": "照片没有放正，已顺时针转了 {degrees}°。",
    "hand_reordered": "看起来不是依次写的 0 到 9，所以按识别结果标注。",
    "hand_found_one": "找到 1 个数字：请在下面核对。",
    "hand_too_many": "找到 {count} 个数字，但一份笔迹最多收 {most} 个，这次只收下 {taken} 个。",
    "hand_full": "这份笔迹已有 {most} 个数字，放不下了，请先去掉几个。",
    "hand_unreadable": "浏览器打不开这张图片：请选择 JPEG、PNG 或 WebP。",
    "hand_reading": "正在读取照片……",
    "hand_photo_lost": "照片没有传到，请重新选择。",
    "hand_kept": "这份笔迹用到的数字",
    "hand_none": "还没有保留数字。数字越多，笔迹越像你的。",
    "hand_which": "第 {position} 个是哪个数字",
    "hand_leave_out": "去掉第 {position} 个",
    "hand_remove": "全部去掉",
    "hand_privacy": (
        "你写的数字和缩小后的照片会发送到本页的服务器，用来得到笔迹，不会保存。"
        "链接里只有笔迹，没有你写的图。"
    ),
    "own_hand": "真人笔迹",
    "leave_hand": "不用这种笔迹",
    # The class grid
    "rows": "笔迹数",
    "rows_show": "每行显示",
    "rows_digits": "十个数字",
    "rows_number": "我的号码",
    "rows_cell": "用第 {row} 种笔迹写的号码，种子 {seed}",
    "rows_label": "用 {rows} 种笔迹写的号码 {digits}，种子 {seed}",
    "rows_shortened": "这里只显示前 {count} 位。",
    "target": "点选的笔迹用来",
    "cell_label": "{digit}，第 {row} 种笔迹，种子 {seed}",
    "grid_label": "{classes} 个类别，{rows} 种笔迹，种子 {seed}",
    "click_hand": "每行是一种笔迹，点一下就用它写你的号码。",
    "tap_hand": "每行是一种笔迹，点一下就用它写你的号码。",
    # The morph
    "from": "起始号码",
    "to": "目标号码",
    "from_seed": "起始种子",
    "to_seed": "目标种子",
    "frames": "帧数",
    "make_morph": "生成渐变",
    "play": "播放",
    "pause": "暂停",
    "frame": "帧",
    "gif": "GIF",
    "webp": "WebP",
    "morph_label": "号码 {start} 渐变为 {end}",
    # Something to keep
    "copy_picture": "复制图片",
    "share": "分享",
    "picture_copied": "图片已复制。",
    "picture_not_copied": "此浏览器无法复制图片，请改为保存 PNG。",
    "picture_not_shared": "图片分享失败，请改为保存 PNG。",
    "card": "制作卡片（打印或作手机壁纸）",
    "sheet": "尺寸",
    "sheet_business": "名片（85 × 55 毫米）",
    "sheet_a6": "A6",
    "sheet_a4": "A4",
    "sheet_phone": "手机屏幕（1080 × 1920）",
    "card_png": "卡片 PNG",
    "card_svg": "卡片 SVG",
    "card_pdf": "卡片 PDF",
    # The game
    "game": "辨真假",
    "game_question": "这四个数字里，只有一个是人写的。是哪一个？",
    "game_choice": "第 {place} 个：{digit}",
    "game_real": "人写的",
    "game_made": "神经网络写的",
    "game_right": "答对了：第 {place} 个是人写的。",
    "game_wrong": "不对：第 {place} 个才是人写的，你选的是神经网络写的。",
    "game_next": "下一题",
    "game_score": "共 {played} 题，答对 {right} 题。乱猜平均四题对一题。",
    "game_credit": (
        "人写的数字来自 MNIST 的测试集，作者是 LeCun、Cortes 和 Burges（CC BY-SA 3.0）。"
    ),
    # The line of facts, and what went wrong
    "facts": "生成用时 {ms:.1f} 毫秒 · {parameters:,} 个参数 · {weights}",
    "weights_bundled": "内置权重 {sha}",
    "weights_named": "权重 {name} {sha}",
    "instead": "暂用{weights}，因为尚未取得最新的 {wanted}：{reason}",
    "measured": "{weights}（其生成的数字有 {share:.1f}% 能被分类器认出）",
    "weights": "权重",
    "not_translated": "出错了（原文为英文）：{message}",
    "bad_link": "链接中有不正确的设置，已忽略：{message}",
    "weights_changed": "此链接生成之后，模型权重已经更新，同一个号码的字迹与当时不同。",
    # The About tab
    "about_idea_head": "原理",
    "about_idea": (
        "生成器 G 把随机数 z（潜变量）变成图像；判别器 D 看真实图像和生成的图像，学习分辨真假，"
        "而 G 学习以假乱真。这就是生成对抗网络（GAN）。"
    ),
    "about_label_head": "加上标签",
    "about_label": (
        "条件 GAN 还把标签 y（想要的数字）同时交给两个网络。于是可以指定要写 7，而 z 只决定这个 "
        "7 的样子：倾斜、宽窄、粗细。"
    ),
    "about_page_head": "这个页面",
    "about_page": (
        "内置的 G 是一个四层的小型卷积网络，在 MNIST 的 60,000 个手写数字上训练，用合页损失（hinge "
        "loss）代替对数损失（Lim 与 Ye，2017）；除了 D，还用了两个小分类器："
        "一个指出它认不出的数字，另一个衡量生成的数字与真实数字相差多少。"
        "号码中每个数字所用的潜变量，介于整个号码共用的潜变量（决定笔迹）和这个数字自己的潜变量之间，"
        "两者都由种子决定，所以相同的号码、种子、"
        "设置和权重对所有人都给出同一张图（重写过的数字除外）。"
    ),
    "about_privacy_head": "隐私",
    "about_privacy": (
        "你输入和书写的内容不会保存在服务器或日志里。输入的内容写在本页地址的 # 之后，"
        "浏览器不会发送这一部分，但会留在浏览器的历史记录中。你写的或照片里的数字会发送到服务器识别，但不会保存；"
        "浏览器会把它们保留到关闭标签页为止。用“我的笔迹”写号码时，笔迹也会写进地址。"
    ),
    "about_train_head": "训练自己的模型",
    "about_train": (
        "第一行下载 MNIST 并训练，会显示所需时间和存放权重的文件夹（在 runs/ 下）；"
        "第二行用这些权重打开本页："
    ),
    "about_api_head": "API",
    "about_api": "用程序调用这个页面：",
    "about_picture_z": "随机数 z",
    "about_picture_y": "数字 y",
    "about_picture_real": "真实图像",
    "about_picture_is_real": "真？",
    "about_picture_alt": "生成器与判别器",
}

# By the errors' `text_id`. In quotes and brackets, what another program said stays as it is.
ERRORS = {
    # What is asked for
    "number.no_digit": "没有可写的数字：请输入号码，例如 13812345678。",
    "number.bad_character": (
        "第 {position} 个字符“{shown}”{code}写不出来，请只输入数字、空格和 {marks}。"
    ),
    "number.plus_inside": "第 {position} 个字符“{shown}”{code}是加号：加号只能放在开头。",
    "number.left_out": "以下内容写不出来，已略去：{shown}。",
    "number.left_out_letters": (
        "以下内容写不出来，已略去：{shown}。按电话键盘，{letters} 对应 {digits}。"
    ),
    "number.not_text": "号码必须是文本，例如 13812345678。",
    "number.too_long": "太长了：最多写 {digits} 个数字，连同其他字符最多 {characters} 个。",
    "morph.different_lengths": "两个号码的位数必须相同：现在是 {first} 位和 {second} 位。",
    "setting.whole": "{setting}必须是 {low:g} 到 {high:g} 之间的整数。",
    "setting.real": "{setting}必须是 {low:g} 到 {high:g} 之间的数。",
    "setting.choice": "{setting}必须是以下之一：{choices}。",
    "redrawn.invalid": "redrawn 必须由用连字符连接的“位置.次数”组成，例如 2.1-5.3。",
    # Weights, as the page takes them
    "address.unknown": "没有参数 {name!r}，可用的有 {known}。",
    "address.twice": "参数 {name!r} 出现了两次：请只写一次。",
    "address.no_digits": "请写明要写的号码，例如 ?digits=13812345678。",
    "address.format": "请去掉 format：格式由地址的结尾决定。只有 .svg 可以加 format=strokes。",
    "address.strokes_on_card": "card 和 format=strokes 只能用一个：卡片上没有单线笔画。",
    "address.other_weights": "sha256 为此值的权重已不在这里。去掉 weights，就用现有的权重来写。",
    "address.method": "这里只支持 GET 和 HEAD。",
    "address.busy": "正在画的图太多：请稍后再试。",
    "weights.only_bundled": "这里只有内置权重：请去掉 weights。",
    "weights.no_reader": (
        "这组权重没有附带识别器，无法挑选最清楚的数字：请把“清晰度”（best_of）设为 1。用 "
        "`train.py --reader` 训练生成器时可以附带一个。"
    ),
    "weights.no_encoder": (
        "这组权重没有附带编码器，无法从手写数字得到笔迹。用 `train.py --add-encoder 文件夹` "
        "可以为已有的权重训练一个。"
    ),
    # A hand of one's own
    "drawn.no_ink": "画布上没有墨迹：请写一个数字。",
    "drawn.not_ink": "手写图必须是 (H, W) 的 uint8 数组，墨迹为 255，背景为 0。",
    "drawn.dark_on_light": (
        "手写图的墨迹应为亮色（最大 255），背景为 0；这张像是浅色纸上的深色墨迹："
        "请改传 255 - 数组。"
    ),
    "drawn.too_large": "手写图的长和宽最多 {side} 像素。",
    "drawn.not_strokes": "无法读取这次书写：请清空画布，重新写这个数字。",
    "drawn.small": "写得太小了：请清空画布，把数字写大一些。",
    "photo.other_format": "无法读取这张图片：只支持 JPEG、PNG 或 WebP。",
    "photo.too_large": "图片太大：最大 {megabytes:g} MB、{megapixels}00 万像素。",
    "photo.no_memory": "内存不足，无法读取这张图片：请缩小后再试。",
    "photo.damaged": "图片已损坏：请重新复制，或换一张。",
    "sheet.count": (
        "图片里找到 {found} 个数字，应为 {wanted} 个：请用深色笔在浅色纸上分开书写，在均匀的光线下"
        "从正上方拍摄，画面里不要有别的东西。"
    ),
    "sheet.none": (
        "图片里没有找到数字：请用深色笔在浅色纸上分开书写，在均匀的光线下从正上方拍摄，画面里不要有"
        "别的东西。"
    ),
    "sheet.other_digits": (
        "图片里的数字看起来是 {read}，而不是 {named}：请按行依次写明纸上的数字。"
    ),
    "sheet.not_upright": "图片没有放正：请顺时针转 {degrees}°。",
    "hand.other_weights": "这份笔迹是用另一组权重得到的：请用现在的权重重新制作。",
    "hand.invalid": "无法读取这份笔迹：请重新制作。",
    "hub.loading": "正在从 Hugging Face Hub 获取。",
    "weights.not_loaded": "无法加载，原因见服务器日志。",
    "weights.unconditional": "页面需要能写指定数字的权重：这组权重来自无条件生成器。",
    "weights.not_digits": (
        "页面需要能以灰度图写出十个数字的权重：这组权重有 {classes} 个类别、{channels} 个通道。"
    ),
    # Weights from the Hub
    "hub.no_commit": "Hub 没有给出 {repository} 的提交号：请检查 HF_ENDPOINT。",
    "hub.not_weights": "{repository} 里没有 {file}：它不是 cgan 的权重仓库。",
    "hub.no_size": "Hub 没有给出 {repository} 中 {file} 的大小：请检查 HF_ENDPOINT。",
    "hub.file_too_large": "{repository} 中的 {file} 有 {size:,} 字节，最多只接受 {limit:,} 字节。",
    "hub.file_damaged": (
        "{repository} 中的 {file} 两次下载都已损坏：内容与 Hub 给出的校验值不符。请重试，"
        "或换一个网络或镜像。"
    ),
    "hub.at_commit": "{repository}@{commit}：{error}",
    "hub.no_folder_either": "{error}这里也没有文件夹 {folder}。",
    "hub.bundled_revision": "内置权重没有版本 {revision!r}：请写出仓库名。",
    # The Hub and the way to it
    "hub.no_token": (
        "上传需要令牌，但没有设置：请在 {hub}/settings/tokens 创建有写权限的令牌，然后运行 `hf "
        "auth login` 或设置 HF_TOKEN。"
    ),
    "hub.bad_token": (
        "令牌无效：含有非法字符，例如弯引号。请重新运行 `hf auth login`；若设置了 "
        "HF_TOKEN，则以它为准。"
    ),
    "hub.unknown": (
        "处理 {repository} 时出错（{kind}: {said}）。请重试，或用浏览器打开 {hub} 查看情况。"
    ),
    "hub.gated": (
        "{name} 需要申请访问权限：请在 {hub}/{name} 申请，然后运行 `hf auth login` 登录或设置 "
        "HF_TOKEN。"
    ),
    "hub.no_revision": (
        "{name} 没有版本 {revision!r}：请填写 {hub}/{name} 列出的分支、标签或提交号。"
    ),
    "hub.disabled": "{name} 已在 {hub} 上被停用：请换一个仓库。",
    "hub.file_gone": "{repository} 的一个文件已不在 {hub} 上：请重试，或换一个版本。",
    "hub.no_repository": (
        "{hub} 上没有你能访问的模型 {name}：请检查名称；若是私有模型，请运行 `hf auth login` "
        "登录或设置 HF_TOKEN。"
    ),
    "hub.login_needed": "{hub} 要求登录：请运行 `hf auth login` 或设置 HF_TOKEN。",
    "hub.token_refused": (
        "{hub} 不接受你的令牌：可能输错、过期，或属于另一个 Hub。请重新运行 `hf auth login`；"
        "若设置了 HF_TOKEN，则以它为准。"
    ),
    "hub.paid_plan": "{hub} 上需要付费方案{told}：请查看 {hub}/settings/billing，或换一个名称。",
    "hub.read_forbidden": "{hub} 不允许你读取 {name}{told}：请检查令牌。",
    "hub.write_forbidden": (
        "你的令牌不能写入 {name}：令牌须有写权限，且 {namespace} 须是你本人或允许你写入的组织。"
        "请在 {hub}/settings/tokens 创建令牌。"
    ),
    "hub.no_namespace": "{hub} 上没有你能写入的用户或组织 {namespace}：请检查名称。",
    "hub.conflict": "{name} 此刻正被他人修改{told}：请重试。",
    "hub.refused": "{hub} 拒绝了请求，状态码 {status}{told}：请检查名称和 HF_ENDPOINT。",
    "hub.out_of_order": "{hub} 暂时故障（状态码 {status}）：请稍后再试。",
    "hub.rate_limit": (
        "本机对 {hub} 的请求过于频繁：请几分钟后再试。登录后（`hf auth login` 或 HF_TOKEN）"
        "限额更高。"
    ),
    "hub.rate_limit_seconds": (
        "本机对 {hub} 的请求过于频繁：请 {seconds} 秒后再试。登录后（`hf auth login` 或 "
        "HF_TOKEN）限额更高。"
    ),
    "hub.offline": (
        "设置了 HF_HUB_OFFLINE，因此没有向 {hub} 请求 {repository}：要下载或上传，请取消该设置。"
    ),
    "hub.bad_certificates": "从 {variable} 指定的位置读不到证书：请改正或取消该变量。",
    "hub.bad_proxy": "{variable} 不是代理地址：请写成 http://host:port 的形式，或取消该变量。",
    "hub.socks_proxy": (
        "这里用不了 {variable} 指定的代理类型：请使用 http 代理，或为 socks5 安装软件包 socksio。"
    ),
    "hub.bad_timeout": "{variable} 的值不是整数（秒数）：请改正或取消该变量。",
    "hub.bad_endpoint": "HF_ENDPOINT 不是网址：{hub}。请写成 https://host 的形式。",
    "hub.timeout": "{hub} 没有及时响应：请检查网络连接和 HF_ENDPOINT（如已设置）。",
    "hub.proxy": "代理不允许连接 {hub}：请检查 HTTPS_PROXY。",
    "hub.certificate": (
        "无法连接 {hub}（本机不信任它的证书）：请检查网络连接，以及 HF_ENDPOINT、SSL_CERT_FILE 和 "
        "SSL_CERT_DIR（如已设置）。"
    ),
    "hub.no_answer": (
        "无法连接 {hub}（没有响应）：请检查网络连接，以及 HF_ENDPOINT 和 HTTPS_PROXY（如已设置）。"
    ),
    "hub.broken_off": "与 {hub} 的连接中断：请重试，并检查网络连接和 HF_ENDPOINT（如已设置）。",
    "hub.not_a_hub": "{hub} 返回的内容不符合 Hub 的格式：请检查 HF_ENDPOINT 和代理。",
    "hub.disk_full": "{path} 所在磁盘没有空间存放 {repository}：请腾出空间。",
    "hub.cache_not_usable": "{path} 无法读写（{why}）：请把 HF_HOME 设为可读写的文件夹。",
    "hub.file_not_usable": "处理 {repository} 时用不了 {path}（{why}）：请检查。",
    # Files of weights
    "weights.missing_file": "缺少 {path}：权重文件夹应有 {config} 和 {weights}。",
    "weights.unreadable": "无法读取 {path}：{why}。",
    "weights.not_folder": "{path} 是文件：请改为填写它所在的文件夹 {folder}。",
    "weights.checkpoint": (
        "{path} 是检查点，不是权重文件夹：请先用 python -m cgan convert 转换，再填写转换得到的"
        "文件夹。"
    ),
    "weights.too_large": "{path} 超过了大小上限（{limit:,} 字节）。",
    "weights.not_json": "{path} 不是 JSON（{why}）。",
    "weights.not_object": "{path} 的内容必须是一个 JSON 对象。",
    "weights.wrong_format": "{path}：{key!r} 必须是 {format!r}：它描述的是别的东西。",
    "weights.key_not_object": "{path}：{key!r} 必须是一个对象。",
    "weights.in_file": "{path}：{error}。",
    "weights.not_safetensors": "{path} 不是 NumPy 能读取的 safetensors 文件（{why}）。",
    "weights.missing_tensor": "{path}：缺少张量 {tensor!r}。",
    "weights.unknown_tensor": "{path}：含有未知的张量 {tensor!r}。",
    "weights.wrong_dtype": "{path}：{tensor!r} 的类型是 {dtype}，而不是 float32。",
    "weights.wrong_shape": "{path}：{tensor!r} 的形状是 {shape}，而配置要求 {wanted}。",
    "weights.not_finite": "{path}：{tensor!r} 含有无穷大或 NaN。",
    "weights.too_great": "{path}：{tensor!r} 含有超过 {most:,} 的数值，用它们算不出图像。",
    "weights.negative_variance": "{path}：{tensor!r} 含有负的方差。",
    # Their config
    "config.unknown_key": "未知的键 {key!r}",
    "config.missing_key": "缺少键 {key!r}",
    "config.whole": "{key} 必须是 {low} 到 {high} 之间的整数，而不是 {value!r}",
    "config.choice": "{key} 必须是以下之一：{choices}，而不是 {value!r}",
    "config.reader_unconditional": "无条件生成器的 {key} 必须是 False",
    "config.class_norm_unconditional": "无条件生成器的 {key} 必须是 False",
    "config.latent_norm_without_class_norm": "class_norm 为 False 时，{key} 必须是 False",
    "config.img_size_not_by_8": (
        "{key} 必须能被 8 整除，而 {value} 不能：卷积生成器会把尺寸加倍三次"
    ),
    "config.widths": "{key} 必须是三个或四个整数，而不是 {value!r}",
}

# The settings, in the errors' sentences.
SETTINGS = {
    "seed": "种子",
    "start_seed": "起始种子",
    "end_seed": "目标种子",
    "truncation": "变化幅度",
    "size": "大小",
    "best_of": "清晰度",
    "frames": "帧数",
    "rows": "笔迹数",
    "rows_show": "每行显示",
    "scale": "倍数",
    "row": "笔迹序号",
    "variation": "笔迹差异",
    "spacing": "字距",
    "pen": "笔画粗细",
    "style": "风格",
    "look": "外观",
    "ink": "墨色",
    "format": "格式",
    "card": "卡片",
    "weights": "权重",
}
