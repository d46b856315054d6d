/**
 * Returns the words that start this program in the user's shell. Neither `npx` nor `npm start` in a checkout installs
 * the command.
 * @param env the environment; npm sets `npm_command` for the programs that it starts
 */
export function programWords({ npm_command }: NodeJS.ProcessEnv): string {
  return npm_command === undefined ? 'vastar-tui' : 'npx vastar-tui';
}
