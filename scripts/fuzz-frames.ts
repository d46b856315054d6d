// Feeds hostile frames to the parsers in this process, and to a real daemon over its socket.
//   fuzz-frames.ts [--frames 5000000] [--seconds N] [--seed N]
// Fails on a crash, on a read that takes more than 1 s of CPU time, and when a result contains bytes of another frame.
import { parseArgs } from 'node:util';
import { fuzzFrames } from '../test/support/protocol/frame-fuzz.js';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '5000000' },
    seconds: { type: 'string', default: '86400' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
const { frames, seconds, seed } = values;
const startMs = performance.now();
const count = await fuzzFrames({ frames: Number(frames), seconds: Number(seconds), seed: Number(seed) });
const tookS = ((performance.now() - startMs) / 1000).toFixed(0);
process.stdout.write(
  `${count} mutated frames in ${tookS} s (seed ${seed}): no crash, no hang, nothing read outside\n`,
);
