// Appends messages to a session as fast as it can. Arguments: file, session, label, count.
import { openSessions } from '../../src/sessions/store.js';

const [path = '', session = '', label = '', count = '0'] = process.argv.slice(2);
const store = openSessions(path);
for (let index = 0; index < Number(count); index += 1) {
  store.append(session, { role: 'user', text: `${label} ${index}`, parentId: null });
}
store.close();
