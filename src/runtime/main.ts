#!/usr/bin/env node
import { keepCompiledCode } from '../common/compile-cache.js';
import { requireNode } from '../common/node-version.js';

// Load nothing else before the check: the other modules may not start on an older Node.
if (requireNode()) {
  keepCompiledCode();
  const { main } = await import('./program.js');
  await main(process.argv);
}
