// undici's index also loads fetch, caches and WebSockets, which takes a quarter of the daemon's start-up time.
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
declare module 'undici/lib/dispatcher/client.js' {
  export { Client as default } from 'undici';
}
declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: symbol; readonly kSocket: symbol };
  export default symbols;
}
