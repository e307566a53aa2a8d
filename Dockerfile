# One image for all services; the command says which one runs. It holds what runs, nothing that builds or tests.
#   docker build -t vigil .
#   docker run --rm -e NATS_URL=nats://host:4222 vigil dist/services/detector/src/main.js

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npx nest build \
 && find dist \( -name '*spec.js' -o -name '*spec.js.map' \) -delete \
 && rm -rf dist/bench dist/stack dist/libs/testing dist/libs/*/test dist/services/*/test

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The optional packages are the servers that `npm start` embeds.
RUN npm ci --ignore-scripts --omit=dev --omit=optional && npm cache clean --force

FROM node:24-slim
ENV NODE_ENV=production \
    VIGIL_HTTP_HOST=0.0.0.0 \
    VIGIL_LOG_FORMAT=json
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY migrations ./migrations
COPY rules ./rules
COPY scripts/healthcheck.mjs ./scripts/
USER node
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=6 CMD ["node", "scripts/healthcheck.mjs"]
ENTRYPOINT ["node"]
CMD ["dist/services/ingest/src/main.js"]
