import { startRawH2 } from '../../support/servers/raw-h2.js';
import { testAttacks } from './attacked-daemon.js';
import { OVER_HTTP2 } from './h2-attacks.js';

testAttacks('a provider of HTTP/2 that sends', OVER_HTTP2, ({ serve }) => startRawH2(serve));
