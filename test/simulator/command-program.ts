import { Command } from 'commander';
import { addSimulatorCommand } from '../../src/commands/simulator.js';

// The command alone in a process of its own, as the program runs it.
const program = new Command('vastar-tui');
addSimulatorCommand(program);
await program.parseAsync(process.argv);
