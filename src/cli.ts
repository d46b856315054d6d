#!/usr/bin/env node
import { keepCompiledCode } from './common/program/compile-cache.js';
import { requireNode } from './common/program/node-version.js';

// Nothing else is loaded before the check: the rest may not even start on an older Node.
if (requireNode()) {
  keepCompiledCode();
  const { main } = await import('./commands/main.js');
  await main(process.argv);
}
