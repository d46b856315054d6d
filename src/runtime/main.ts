#!/usr/bin/env node
import { keepCompiledCode } from '../common/program/compile-cache.js';
import { requireNode } from '../common/program/node-version.js';

// Load no other module before the check: the others may fail on an older Node.
if (requireNode()) {
  keepCompiledCode();
  const { main } = await import('./program.js');
  await main(process.argv);
}
