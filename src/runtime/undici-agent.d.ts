// undici's index loads fetch, caches and WebSockets too: a quarter of the daemon's start-up time.
declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}
