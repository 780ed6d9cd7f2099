# The demo anywhere but on a Space:
#   docker build -t cgan . && docker run -p 7860:7860 cgan
# On all networks; -p 127.0.0.1:7860:7860 is for this machine alone.
# With weights from the Hub, kept between runs:
#   docker run -p 7860:7860 -e CGAN_WEIGHTS=user/name@revision -v cgan:/app/cache cgan

# The digest is that of the tag's list of images, one for each kind of processor: the build takes the
# same bytes, whatever the tag means later.
FROM python:3.12.12-slim-bookworm@sha256:593bd06efe90efa80dc4eee3948be7c0fde4134606dd40d8dd8dbcade98e669c AS source
WORKDIR /source
COPY . .
# The modules and the packages that the demo imports: no training, no Jittor, no compiler.
RUN python -I cgan/publish/demo_files.py staged

FROM python:3.12.12-slim-bookworm@sha256:593bd06efe90efa80dc4eee3948be7c0fde4134606dd40d8dd8dbcade98e669c
WORKDIR /app
COPY --from=source /source/staged/requirements.txt .
RUN pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.txt
COPY --from=source /source/staged .
# For files from the Hub: the only folder in the app that its user may write to.
RUN mkdir -m 1777 cache
USER 1000:1000
ENV HOME=/tmp HF_HOME=/app/cache GRADIO_SERVER_NAME=0.0.0.0 PORT=7860
EXPOSE 7860
# A server that answers may still not draw, so this draws a digit.
HEALTHCHECK --start-period=30s --timeout=20s CMD python -m demo.serve.health
CMD ["python", "demo/app.py"]
