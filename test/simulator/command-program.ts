import { Command } from 'commander';
import { defineSimulator } from '../../src/commands/simulator.js';

// Runs only the simulator command, in a separate process, like the program does.
const program = new Command('vastar-tui');
defineSimulator(program.command('simulator'));
await program.parseAsync(process.argv);
