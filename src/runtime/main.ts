#!/usr/bin/env node
import { keepCompiledCode } from '../common/compile-cache.js';
import { requireNode } from '../common/node-version.js';

// Nothing else is loaded before the check: the rest may not even start on an older Node.
if (requireNode()) {
  keepCompiledCode();
  const { main } = await import('./program.js');
  await main(process.argv);
}
