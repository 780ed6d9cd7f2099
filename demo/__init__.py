"""The web page: it writes by hand what visitors type, with the weights of `cgan`.

It must not know Jittor, or how a generator is trained. Its parts import one way: `app` starts the
server (`serve/`) with the page (`page/`) and its endpoints (`api`); both show what `actions` do on
`models`. `text/` has the languages, `components` the controls, and `compat` Gradio's private parts.
Calls wait in `gradio_queue`, and `saved_files` has the files of their answers.
"""
