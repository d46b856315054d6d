// Appends messages to a session as fast as it can. Arguments: file, session, label, count.
import { openSessions } from '../../src/sessions/store.js';

const [path = '', session = '', label = '', count = '0'] = process.argv.slice(2);
// Two that write without a pause can starve each other on a busy machine.
const store = openSessions(path, { patienceMs: 30_000 });
for (let index = 0; index < Number(count); index += 1) {
  store.append(session, { role: 'user', text: `${label} ${index}`, parentId: null });
}
store.close();
