/** With six on two cores, a tenth of the processor time is left, because tests wait for processes and sockets. */
const MOST = 8;
/** Each further worker loads all modules and compiles them again. */
const COMPUTING = 3;

/** The folders of tests that hardly wait. */
const COMPUTED =
  /^(?:\.\/)?test\/(?:common|config|content|loadtest|metrics|page|protocol|sessions|simulator|state|ui)(?:\/|$)/;

/**
 * Returns the number of workers.
 * @param args the arguments of vitest; those that are no flags name the files
 */
export function workersFor(args: readonly string[]): number {
  const names = args.filter((arg) => arg.startsWith('test/') || arg.startsWith('./test/'));
  return names.length > 0 && names.every((name) => COMPUTED.test(name)) ? COMPUTING : MOST;
}
