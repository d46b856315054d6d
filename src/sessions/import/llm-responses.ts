import { type Database, type Row, text, textOrNull } from '../file/database.js';
import { argumentsOf, timeIn } from './content.js';
import type { Conversation, Draft } from './conversation.js';
import { answeredBy, attachmentIn } from './llm-rows.js';

/**
 * Reads the conversations of older versions of `llm`, which saved prompts and responses.
 * @param tables the names of the file's tables
 */
export function llmResponses(db: Database, tables: ReadonlySet<string>): Conversation[] {
  const named = new Map(
    db.all('SELECT id, name FROM conversations').map((row) => [text(row, 'id'), text(row, 'name')]),
  );
  // Some versions wrote both tables.
  const newer = tables.has('turns') ? 'WHERE id NOT IN (SELECT id FROM turns)' : '';
  const extras = extrasOf(db, tables);
  const conversations = new Map<string, Draft[]>();
  for (const row of db.all(`SELECT * FROM responses ${newer} ORDER BY datetime_utc, id`)) {
    const id = textOrNull(row, 'conversation_id') ?? text(row, 'id');
    const drafts = conversations.get(id) ?? [];
    conversations.set(id, drafts);
    for (const draft of draftsOf(row, extras, drafts.length === 0))
      drafts.push({ ...draft, parent: drafts.at(-1)?.key ?? null });
  }
  return [...conversations].map(([id, drafts]) => ({ id, title: named.get(id), drafts }));
}

interface Extras {
  /** Returns the rows that belong to a response; empty if there are none. */
  rows(
    table: 'tool_calls' | 'tool_results' | 'attachments' | 'prompt' | 'system',
    response: string,
  ): readonly Row[];
}

/** Reads data of responses from other tables, which older versions lack. */
function extrasOf(db: Database, tables: ReadonlySet<string>): Extras {
  const read = (needed: string, sql: string): Map<string, Row[]> => {
    const found = new Map<string, Row[]>();
    for (const row of tables.has(needed) ? db.all(sql) : []) {
      const response = text(row, 'response_id');
      const others = found.get(response);
      if (others === undefined) found.set(response, [row]);
      else others.push(row);
    }
    return found;
  };
  const fragments = (kind: string): string =>
    `SELECT p.response_id, f.content FROM ${kind}_fragments p JOIN fragments f ON f.id = p.fragment_id ORDER BY p."order"`;
  const known = {
    tool_calls: read('tool_calls', 'SELECT * FROM tool_calls ORDER BY id'),
    tool_results: read('tool_results', 'SELECT * FROM tool_results ORDER BY id'),
    attachments: read(
      'prompt_attachments',
      'SELECT p.response_id, a.* FROM prompt_attachments p JOIN attachments a ON a.id = p.attachment_id ORDER BY p."order"',
    ),
    prompt: read('prompt_fragments', fragments('prompt')),
    system: read('system_fragments', fragments('system')),
  };
  return { rows: (table, response) => known[table].get(response) ?? [] };
}

/** Returns the messages of a response's row: tool results, the prompt, and the answer. */
function draftsOf(row: Row, extras: Extras, first: boolean): Omit<Draft, 'parent'>[] {
  const id = text(row, 'id');
  const atMs = timeIn({ at: text(row, 'datetime_utc') }, 'at');
  const timed = atMs === undefined ? {} : { atMs };
  const withFragments = (kind: 'prompt' | 'system'): string =>
    [...extras.rows(kind, id).map((one) => text(one, 'content')), text(row, kind)]
      .filter((part) => part !== '')
      .join('\n');
  const [system, prompt] = [withFragments('system'), withFragments('prompt')];
  const attachments = extras.rows('attachments', id).map(attachmentIn);
  const results = extras.rows('tool_results', id);
  const hasQuestion = prompt !== '' || attachments.length > 0;
  return [
    ...(first && system !== ''
      ? [{ key: `${id} system`, role: 'system' as const, text: system, ...timed }]
      : []),
    ...results.map((result, index) => ({
      key: `${id} result ${index}`,
      role: 'tool' as const,
      text: text(result, 'output') || text(result, 'exception'),
      toolCallId: text(result, 'tool_call_id'),
      ...timed,
    })),
    ...(hasQuestion
      ? [{ key: `${id} prompt`, role: 'user' as const, text: prompt, attachments, ...timed }]
      : []),
    {
      key: id,
      role: 'assistant' as const,
      text: text(row, 'response'),
      reasoning: text(row, 'reasoning'),
      toolCalls: extras.rows('tool_calls', id).map((call) => ({
        id: text(call, 'tool_call_id'),
        name: text(call, 'name'),
        arguments: argumentsOf(text(call, 'arguments')),
      })),
      ...answeredBy(row),
      ...timed,
    },
  ];
}
