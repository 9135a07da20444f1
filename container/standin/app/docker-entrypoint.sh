#!/bin/sh
# How the original image starts without mcp-init, in short.
set -e
until pg_isready -h "${POSTGRES_HOST:-postgres}" -p "${POSTGRES_PORT:-5432}"; do sleep 2; done
cd /app/apps/backend
pnpm exec drizzle-kit migrate
PORT=12009 node dist/index.js &
backend=$!
sleep 3
cd /app/apps/frontend
PORT=12008 pnpm start &
trap 'kill $backend $!' TERM INT
wait $backend
