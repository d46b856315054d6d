// Compiles a small program against the packed package with every module resolution of TypeScript.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The settings of a consumer's project. `type` is the member of its package.json. */
interface Consumer {
  name: string;
  type: 'module' | 'commonjs';
  module: string;
  moduleResolution: string;
}

const CONSUMERS: readonly Consumer[] = [
  { name: 'commonjs with node resolution', type: 'commonjs', module: 'commonjs', moduleResolution: 'node' },
  { name: 'node16, CommonJS', type: 'commonjs', module: 'node16', moduleResolution: 'node16' },
  { name: 'node16, ES module', type: 'module', module: 'node16', moduleResolution: 'node16' },
  { name: 'nodenext, CommonJS', type: 'commonjs', module: 'nodenext', moduleResolution: 'nodenext' },
  { name: 'nodenext, ES module', type: 'module', module: 'nodenext', moduleResolution: 'nodenext' },
  { name: 'bundler', type: 'module', module: 'esnext', moduleResolution: 'bundler' },
];

const PROGRAM = `import { OpenAIStreamConnector } from 'vastar-tui';
import { ConnectorException, HTTPResponseHelper, RetryHelper, RuntimeClient, SSEParser } from 'vastar-tui/sdk';

export const connector: OpenAIStreamConnector = new OpenAIStreamConnector({});
export const text: Promise<string> = connector.chatCompletion('hello');
export const client: RuntimeClient = new RuntimeClient({ timeoutMs: 1000 });
export const failed = (error: unknown): boolean => error instanceof ConnectorException && error.isRetryable();
export const helpers = [HTTPResponseHelper, RetryHelper, SSEParser];
`;

/**
 * Writes a project for each kind of consumer into `app`, where the package is installed.
 * @returns the projects' names, folders and compiler flags
 */
export function typeChecks(app: string): { name: string; cwd: string; flags: string[] }[] {
  return CONSUMERS.map(({ name, type, module, moduleResolution }, index) => {
    const cwd = join(app, `consumer-${index}`);
    mkdirSync(cwd);
    writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, type }));
    writeFileSync(join(cwd, 'program.ts'), PROGRAM);
    const flags = ['--noEmit', '--strict', '--esModuleInterop', '--target', 'es2022', '--types', 'node'];
    const resolution = ['--module', module, '--moduleResolution', moduleResolution];
    return { name, cwd, flags: [...flags, ...resolution, 'program.ts'] };
  });
}
