import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 optimize undici's HTTP parser (WebAssembly) only after some hundred responses. By default, V8 does so after
 * about 1 KB of headers, in the middle of the first answer. That takes 100 ms of a second core, and the few responses of
 * a chat never save as much. Call it before the first request.
 */
export function optimizeParserLate(): void {
  setFlagsFromString('--wasm-tiering-budget=1000000000');
}
