/** The name in the simulator's health, by which other programs recognize it. */
export const SIMULATOR_NAME = 'vastar-tui simulator';
