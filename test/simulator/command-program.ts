import { Command } from 'commander';
import { defineSimulator } from '../../src/commands/simulator.js';

// The command alone in a process of its own, as the program runs it.
const program = new Command('vastar-tui');
defineSimulator(program.command('simulator'));
await program.parseAsync(process.argv);
