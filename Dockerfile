# The production image. Build: make image BASE_DIGEST=sha256:… (`make base-digest` asks the registry for the newest one).
# Run: see README, "In a container". Settings come from the environment; there is none in here, and no secret.

# A tag is whatever its owner put there last; a digest is one image. There is no default, so nothing is built on another
# than the one that somebody chose.
ARG BASE_DIGEST
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE}@${BASE_DIGEST} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/idp \
    && /opt/idp/bin/pip install --require-hashes --requirement requirements.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --requirement requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY examples/guide examples/guide
COPY src src
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir dist . \
    && /opt/idp/bin/pip install --no-deps --no-index dist/*.whl \
    && /opt/idp/bin/python -m compileall -q /opt/idp/lib

FROM ${BASE_IMAGE}@${BASE_DIGEST}
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin idp
COPY --from=build /opt/idp /opt/idp
ENV PATH=/opt/idp/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VNEID_IDP_HOST=0.0.0.0 VNEID_IDP_PORT=8000
USER idp
EXPOSE 8000
# The provider listens without TLS: a proxy in front ends it and is named in VNEID_IDP_TRUSTED_PROXIES.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["vneid-idp"]
CMD ["serve"]
