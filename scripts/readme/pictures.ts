import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSandbox, type Sandbox } from '../../test/support/programs/program.js';
import { KEY, openTerminal, type TerminalSession } from '../../test/support/programs/terminal.js';
import { screenSvg } from './screen-svg.js';

interface Scene {
  name: string;
  title: string;
  columns: number;
  rows: number;
  /** Brings the program to the state that the picture shows. */
  play(session: TerminalSession): Promise<void>;
}

const QUESTION = 'Explain quantum computing in simple terms.\r';
const CTRL_B = '\x02';
const CTRL_D = '\x04';

const SCENES: readonly Scene[] = [
  {
    name: 'chat',
    title: 'The chat while an answer streams: connection, request with its waterfall, and session beside it',
    columns: 118,
    rows: 38,
    async play(session) {
      session.send('What is the capital of France?\r');
      await session.untilScreen(/Paris\.[\s\S]*done/);
      session.send(QUESTION);
      await session.untilScreen(/Entanglement/);
    },
  },
  {
    name: 'inspector',
    title: 'The inspector: one exchange with its figures, request, headers and events',
    columns: 118,
    rows: 34,
    async play(session) {
      session.send('What is the capital of France?\r');
      await session.untilScreen(/Paris\.[\s\S]*done/);
      session.send(CTRL_D);
      await session.untilScreen(/› #1/);
      session.send(KEY.enter);
      // The bottom line comes last, so that the picture has the whole pane.
      await session.untilScreen(/Where the time went[\s\S]*pagedown/);
    },
  },
  {
    name: 'compare',
    title: 'The same question to two endpoints, side by side',
    columns: 118,
    rows: 34,
    async play(session) {
      session.send(QUESTION.trim());
      await session.untilScreen(/simple terms/);
      session.send(CTRL_B);
      await session.untilScreen(/Compare with/);
      session.send(KEY.enter);
      await session.untilScreen(/enter continue/, 30_000);
    },
  },
  {
    name: 'narrow',
    title: 'The same chat in 80 columns and 24 rows',
    columns: 80,
    rows: 24,
    async play(session) {
      session.send(QUESTION);
      await session.untilScreen(/Two more ideas/);
    },
  },
];

/** Plays every scene in the real program and writes its picture to `folder`. @returns names and titles */
export async function writePictures(folder: string): Promise<readonly { name: string; title: string }[]> {
  for (const scene of SCENES) {
    const sandbox = await makeSandbox();
    sandbox.writeConfig(
      `simulator:\n  base_url: ${sandbox.simulatorUrl}\nprofiles:\n  local:\n    base_url: ${sandbox.simulatorUrl}\n    model: llama3.2\n`,
    );
    writeFileSync(join(folder, `${scene.name}.svg`), await pictureOf(scene, sandbox));
  }
  return SCENES;
}

async function pictureOf({ title, columns, rows, play }: Scene, sandbox: Sandbox): Promise<string> {
  const session = openTerminal(sandbox, [], { columns, rows });
  try {
    await session.untilScreen(/● connected/);
    // A person does not type at once either. After this time, the programs have compiled the code of their first
    // requests.
    await sleep(1000);
    await play(session);
    const address = sandbox.simulatorUrl.replace('http://', '');
    const replacements = [[address, 'localhost:4545']] as const;
    const written = session.written();
    const cursor = written.lastIndexOf('\x1b[?25h') > written.lastIndexOf('\x1b[?25l');
    return screenSvg(session.terminal, title, { replacements, cursor });
  } finally {
    session.close();
    await session.ended;
    sandbox.remove();
  }
}
