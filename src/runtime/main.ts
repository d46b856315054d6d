#!/usr/bin/env node
import { requireNode } from '../node-version.js';

// Nothing else is loaded before the check: the rest may not even start on an older Node.
if (requireNode()) {
  const { main } = await import('./program.js');
  await main(process.argv);
}
