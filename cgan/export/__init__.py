"""A generator, its reader and its encoder as ONNX, which draw in any runtime.

It must not know Jittor, where weights come from, or where the files go.
"""
