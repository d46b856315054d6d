// Saves a scripted conversation for ever, and tells on stdout what it was told to be saved and what it streamed.
import { createJournal } from '../../src/sessions/journal.js';
import { openSessions } from '../../src/sessions/store.js';

const [path = ''] = process.argv.slice(2);
const journal = createJournal(openSessions(path));
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

for (let id = 1; ; id += 2) {
  if (journal.userMessage({ id, text: `question ${id}` })) tell(`saved question ${id}`);
  journal.answerStarted({ id: id + 1, endpoint: 'simulator', model: 'm' });
  const tokens = 20 + ((id * 37) % 400);
  for (let token = 0; token < tokens; token += 1) {
    journal.answerText(id + 1, { text: `${id}.${token} ` });
    tell(`token ${id}.${token} ${performance.timeOrigin + performance.now()}`);
    await pause(5);
  }
  journal.answerEnded(id + 1, { status: 'complete' });
  tell(`ended ${id}`);
}
