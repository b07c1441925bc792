# The operator's image: Node.js on a base without a shell, and the bundle.
#
#   docker build --build-arg REVISION=$(git rev-parse HEAD) -t oauthapp-operator:0.1.0 .
#
# The last stage is the one description of the image: `npm run image` reads it and assembles the same image where no engine
# is at hand.

ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim
# Node.js 24 at /nodejs/bin/node, and nothing that could start anything else.
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BASE_IMAGE} AS base

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
# Shown by the metrics.
ARG REVISION=unknown
# By the Node.js that will run it: V8 takes no code that another has compiled.
COPY --from=base /nodejs/bin/node /nodejs/bin/node
RUN /nodejs/bin/node dev/build.ts

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="oauthapp-operator" \
      org.opencontainers.image.description="Keeps OAuth and OIDC client registrations in step with OAuthApplication objects" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /src/dist/app /app
COPY --from=build /src/LICENSE /app/LICENSE
WORKDIR /app
# By number, so that a kubelet can tell that it is not root.
USER 65532:65532
EXPOSE 8080
# The root file system may be read-only: nothing is ever written.
ENTRYPOINT ["/nodejs/bin/node", "/app/main.cjs"]
