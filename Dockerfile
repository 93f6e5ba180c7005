# The program as an image: Node, production dependencies, sources; nothing is compiled. Build it in this folder:
#   docker build -t straggler --build-arg REVISION=$(git rev-parse --short HEAD) .
# The base image and npm's registry are arguments, for registries of one's own. The base must bring Node 24.12 or newer.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
# npm reads it from the environment. Of this stage nothing is kept but the packages: not its arguments, not .npmrc.
ARG NPM_CONFIG_REGISTRY=https://registry.npmjs.org/
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional dependencies are Node itself, for machines with an older one: the base image has it already.
RUN npm ci --omit=dev --omit=optional

FROM ${NODE_IMAGE}
WORKDIR /app
# What runs may write here and nowhere else. A volume that is mounted there for the first time takes over the owner.
RUN mkdir -p /var/lib/straggler /logs && chown 1000:1000 /var/lib/straggler /logs
VOLUME /var/lib/straggler
# A number, so that it can be checked not to be root without looking into the image.
USER 1000:1000
# Collector, run and demo; an agent serves 9472.
EXPOSE 9471 9472
STOPSIGNAL SIGTERM
# An agent sets STRAGGLER_HEALTH_URL to its own port; commands that do not serve switch the check off.
# State that nobody names a folder for is kept in the volume.
ENV NODE_ENV=production \
    XDG_STATE_HOME=/var/lib \
    STRAGGLER_HEALTH_URL=http://127.0.0.1:9471/livez
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.STRAGGLER_HEALTH_URL).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Neither needs a shell.
ENTRYPOINT ["node", "/app/src/start.js"]
CMD ["--help"]
# What changes most comes last: a new version shares all layers before it with the one that is there.
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY src src
ARG REVISION=unknown
ENV STRAGGLER_REVISION=${REVISION}
LABEL org.opencontainers.image.title="straggler" \
      org.opencontainers.image.description="Finds the clients that still connect to a mail server about to be switched off" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.revision="${REVISION}"
