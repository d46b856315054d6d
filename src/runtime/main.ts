#!/usr/bin/env node
import { keepCompiledCode } from '../compile-cache.js';
import { requireNode } from '../node-version.js';

// Nothing else is loaded before the check: the rest may not even start on an older Node.
if (requireNode()) {
  keepCompiledCode();
  const { main } = await import('./program.js');
  await main(process.argv);
}
