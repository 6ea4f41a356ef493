# SPDX-License-Identifier: Apache-2.0
# Serves the release that is in the package, as a user without rights; docs/deployment.md says how to run it.

FROM node:22-bookworm-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/build.mjs ./
RUN npm ci --omit=dev --no-progress && node build.mjs

FROM python:3.12-slim-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=web /src/imnm_kg/serve/static/vendor imnm_kg/serve/static/vendor
ENV IMNM_KG_WEB=required
RUN python -m venv /opt/imnm-kg && /opt/imnm-kg/bin/pip install --no-cache-dir '.[serve]'

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="imnm-kg" org.opencontainers.image.licenses="Apache-2.0 AND CC-BY-4.0"
COPY --from=build /opt/imnm-kg /opt/imnm-kg
ENV PATH=/opt/imnm-kg/bin:$PATH PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/health', timeout=8)"]
ENTRYPOINT ["imnm-kg", "serve", "--host", "0.0.0.0", "--port", "8080"]
