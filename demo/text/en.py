"""English: what the page says, except for the sentences of errors.

Those stand where the errors are raised, since Python and the command line show them, too, and know
nothing of the page. A translation finds its own by `UserError.text_id`.

A translation is a file like `zh.py` beside this one, with the same keys.
"""

TAG = "en"  # for the page's `lang`
NAME = "English"

TEXTS = {
    "title": "Numbers by hand",
    "subtitle": "Type a number; a small neural network writes it by hand.",
    # Tabs
    "write": "Write",
    "grid": "Styles",
    "morph": "Morph",
    "about": "About",
    # The tab that writes a number
    "number": "Your number",
    "draw": "Write",
    "seed": "Seed",
    "dice": "Another hand",
    "hand_back": "Back",
    "other_hands": "The number in six other hands",
    "take_hand": "Write in this hand (seed {seed})",
    "variation": "Same hand … each its own",
    "spacing": "Spacing",
    "spacing_ink": "As a hand writes, with marks",
    "spacing_grid": "Even cells",
    "pen": "Pen: finer … bolder",
    "more": "Look and details",
    "look": "Look",
    "look_paper": "Ink on paper",
    "look_mnist": "White on black (MNIST)",
    "look_clear": "Transparent",
    "ink": "Ink",
    "black": "Black",
    "blue": "Blue",
    "red": "Red",
    "green": "Green",
    "sepia": "Sepia",
    "size": "Size on the page, as far as it fits",
    "truncation": "Truncation: 0 is the average hand",
    "best_of": "Legibility: the clearest of this many",
    "click_digit": "Click any digit to rewrite just that one (keyboard: Enter).",
    "tap_digit": "Tap any digit to rewrite just that one.",
    "row_note": "Hand {row} of this seed",
    "marks_left_out": "Written without the marks: “{marks}”.",
    "redrawn_note": "Rewritten: {count}",
    "undo": "Undo",
    "log_in": "This page needs a user and a password: reload it to enter them.",
    "busy": "No answer: the server is busy or you're offline. Please try again in a moment.",
    "close": "Close",
    "reset": "Reset to default value",
    "png": "PNG",
    "png_large": "PNG, large",
    "svg": "SVG",
    "strokes": "SVG for plotters",
    "copy": "Copy link",
    "copied": "Link copied. It restores exactly this picture.",
    "copy_by_hand": "Copy this address:",
    "digit_label": "Digit {position}: {digit}. Rewrite it",
    "paper_label": "The number {digits}, written by hand",
    "number_heard": "{number}. Seed {seed}. {note}",
    # A hand of one's own
    "hand": "My hand",
    "hand_board": (
        "Board to draw a digit on, with a mouse, a finger or a pen. You can choose a photo instead."
    ),
    "hand_empty": "Draw a digit here",
    "hand_undo": "Undo",
    "hand_clear": "Clear",
    "hand_keep": "Keep it and draw another",
    "hand_which_digit": "Which digit is it?",
    "hand_seen": "Yours",
    "hand_again": "The network's",
    "hand_all": "All ten digits in this hand",
    "hand_blue": "blue: as you wrote them",
    "hand_write": "Write with this hand",
    "hand_read": "Read as {digit}. If that's wrong, choose another.",
    "hand_chosen": "Taken for {digit}.",
    "hand_photo_head": "Or from a photo",
    "hand_photo": "Choose a photo",
    "hand_photo_hint": (
        "Write 0 to 9, or some of them, apart from each other, with a dark pen on light paper, and "
        "take the picture from above."
    ),
    "hand_found": "{count} digits were found: see below whether each is right.",
    "hand_turned": "The photo wasn't upright: it was turned by {degrees}° clockwise.",
    "hand_reordered": "They don't look like 0 to 9 in order, so each is what it was read as.",
    "hand_found_one": "One digit was found: see below whether it is right.",
    "hand_too_many": (
        "{count} digits were found. A hand has at most {most}, so it took only {taken} of them."
    ),
    "hand_full": "This hand has {most} digits, and no more fit: remove some first.",
    "hand_unreadable": "Your browser can't open this picture: choose a JPEG, a PNG or a WebP.",
    "hand_reading": "Reading the photo…",
    "hand_photo_lost": "The photo didn't get through: choose it again.",
    "hand_kept": "The digits of this hand",
    "hand_none": "None is kept yet. The more digits there are, the more the hand is yours.",
    "hand_which": "Which digit number {position} is",
    "hand_leave_out": "Leave out number {position}",
    "hand_remove": "Remove all",
    "hand_privacy": (
        "What you draw is sent to this page's server to be turned into a hand, and so is a photo, "
        "made smaller. Neither is kept there. A link holds the hand, not the drawing."
    ),
    "own_hand": "A person's own hand",
    "leave_hand": "Leave this hand",
    # The class grid
    "rows": "Hands",
    "rows_show": "Each row shows",
    "rows_digits": "All ten digits",
    "rows_number": "My number",
    "rows_cell": "The number in hand {row}, seed {seed}",
    "rows_label": "The number {digits} in {rows} hands, seed {seed}",
    "rows_shortened": "Only the first {count} digits are shown here.",
    "target": "Use a clicked hand in",
    "cell_label": "{digit} in hand {row}, seed {seed}",
    "grid_label": "{classes} classes in {rows} hands, seed {seed}",
    "click_hand": "Each row is a hand. Click one to write your number in it.",
    "tap_hand": "Each row is a hand. Tap one to write your number in it.",
    # The morph
    "from": "From",
    "to": "To",
    "from_seed": "Start seed",
    "to_seed": "End seed",
    "frames": "Frames",
    "make_morph": "Morph",
    "play": "Play",
    "pause": "Pause",
    "frame": "Frame",
    "gif": "GIF",
    "webp": "WebP",
    "morph_label": "The number {start} turning into {end}",
    # Something to keep
    "copy_picture": "Copy as picture",
    "share": "Share",
    "picture_copied": "Picture copied.",
    "picture_not_copied": "This browser can't copy pictures. Save the PNG instead.",
    "picture_not_shared": "This picture couldn't be shared. Save the PNG instead.",
    "card": "A card to print or for a phone",
    "sheet": "Size",
    "sheet_business": "Business card (85 × 55 mm)",
    "sheet_a6": "A6",
    "sheet_a4": "A4",
    "sheet_phone": "Phone screen (1080 × 1920)",
    "card_png": "Card as PNG",
    "card_svg": "Card as SVG",
    "card_pdf": "Card as PDF",
    # The game
    "game": "Real?",
    "game_question": "A person wrote one of these four. Which one?",
    "game_choice": "Number {place}: {digit}",
    "game_real": "A person",
    "game_made": "The network",
    "game_right": "Right: a person wrote number {place}.",
    "game_wrong": "No: a person wrote number {place}. The network wrote the one you chose.",
    "game_next": "Next",
    "game_score": "{right} right of {played}. Guessing gets one in four.",
    "game_credit": (
        "The real ones are from MNIST's test set, by LeCun, Cortes and Burges (CC BY-SA 3.0)."
    ),
    # The line of facts, and what went wrong
    "facts": "Generated in {ms:.1f} ms by {parameters:,} parameters · {weights}",
    "weights_bundled": "bundled weights {sha}",
    "weights_named": "weights {name} {sha}",
    "instead": "{weights}, instead of {wanted}: {reason}",
    "measured": "{weights} (a classifier reads {share:.1f} % of their digits)",
    "weights": "Weights",
    "not_translated": "{message}",
    "bad_link": "Part of this link couldn't be read and was ignored: {message}",
    "weights_changed": (
        "The weights have changed since this link was made: the same number looks different now."
    ),
    # The About tab
    "about_idea_head": "The idea",
    "about_idea": (
        "A generator G turns random numbers z, the latent, into an image. A discriminator D sees "
        "real and generated images and learns to tell them apart, while G learns to be taken for "
        "real."
    ),
    "about_label_head": "With a label",
    "about_label": (
        "A conditional GAN also gives both networks the label y, the digit that is wanted. So "
        "you can ask for a 7, and z decides only how the 7 looks: slant, width, thickness."
    ),
    "about_page_head": "This page",
    "about_page": (
        "The bundled G is a small convolutional network of four layers, trained on the 60,000 "
        "digits of MNIST, with a hinge loss instead of logarithms (Lim and Ye 2017) and, besides "
        "D, two small classifiers: one says what it can't read, the other how far the drawn digits "
        "are from the real ones. Each digit of your number has a "
        "latent between that of the hand and one of its own, both made from the seed, so "
        "the same number and seed give everyone the same picture, until someone rewrites a digit."
    ),
    "about_privacy_head": "Privacy",
    "about_privacy": (
        "What you type or draw isn't kept on the server or in a log. What you type is in this "
        "page's address, after the #, which browsers don't send, but which stays in your browser's "
        "history. Digits "
        "that you draw, or that are in your photo, are sent to the server to be read, and aren't "
        "kept there; your browser keeps them until you close its tab. A hand that you write with "
        "is in the address, too."
    ),
    "about_train_head": "Train your own",
    "about_train": (
        "The first line fetches MNIST and trains; it says how long that will take, and the "
        "folder under runs/ that holds the weights. The second opens this page with them:"
    ),
    "about_api_head": "The API",
    "about_api": "To call this page from a program:",
    "about_picture_z": "random z",
    "about_picture_y": "digit y",
    "about_picture_real": "real images",
    "about_picture_is_real": "real?",
    "about_picture_alt": "Generator and discriminator",
}
