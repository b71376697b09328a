# One gateway of the staging stack: the limiter behind HTTP, and nothing that it does not need.
ARG NODE_IMAGE=node:24-alpine

FROM ${NODE_IMAGE} AS packages
LABEL org.opencontainers.image.title=gatecrash-gateway
WORKDIR /gateway
COPY package.json package-lock.json ./
# Of the project's packages a gateway needs two, in the versions of the lock file.
RUN node --eval "const { dependencies: all } = require('./package.json'); \
    const dependencies = { ioredis: all.ioredis, 'prom-client': all['prom-client'] }; \
    require('node:fs').writeFileSync('package.json', JSON.stringify({ type: 'module', dependencies }));" \
  && npm install --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title=gatecrash-gateway
WORKDIR /gateway
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
COPY --from=packages /gateway ./
COPY harness/targets/gateway.ts harness/targets/
COPY limiter limiter
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --retries=5 \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "harness/targets/gateway.ts", "limiter/variants/sliding-log.ts"]
