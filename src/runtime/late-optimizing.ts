import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 optimize undici's HTTP parser (WebAssembly) only after some hundred responses. By default it does so after
 * about 1 KB of headers: 100 ms of a second core's time in the middle of the first answer, which a chat's few
 * responses never win back. Call it before the first request.
 */
export function optimizeParserLate(): void {
  setFlagsFromString('--wasm-tiering-budget=1000000000');
}
