// Paths, and a scratch directory in memory where there is one, so that no disk is measured.
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const mcpInit = resolve('out/mcp-init');
export const tools = resolve('out/bench');
export const service = join(tools, 'service');

function memoryBacked() {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

const workspace = mkdtempSync(join(memoryBacked(), 'mcp-init-bench-'));
let sequence = 0;

export const freshPath = (name) => join(workspace, `${++sequence}-${name}`);
export const removeWorkspace = () => rmSync(workspace, { recursive: true, force: true });
