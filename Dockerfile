FROM node:26-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Not npm ci, which from npm 11 on refuses this lock: see scripts/setup/needs.mjs. This one keeps to the lock as well.
RUN npm install --no-save --ignore-scripts --omit=dev --no-audit --no-fund

FROM node:26-bookworm-slim
ENV NODE_ENV=production PORT=3000 NODE_COMPILE_CACHE=/app/.compile-cache
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
RUN install -d -o node "$NODE_COMPILE_CACHE"
USER node
# Fills the compile cache, as the user who will read it: the cache is one user's. Without an environment the service
# loads everything, says what it lacks and ends.
RUN node src/cli.ts config check && node src/main.ts 2>&1 | grep "PUBLIC_URL is required"

EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
