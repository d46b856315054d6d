import { type Database, integer, type Row, text, textOrNull } from '../file/database.js';
import { isObject, numberIn, objectsIn, parseJson, textIn } from '../json.js';
import type { JsonObject, Role } from '../types.js';
import { piecesOf, timeIn } from './content.js';
import type { Conversation, Draft } from './conversation.js';
import { answeredBy, attachmentIn } from './llm-rows.js';

/**
 * Reads the conversations that `llm` saves as linked messages. In its file, conversations with the same beginning share
 * messages; here each conversation gets its own copies.
 */
export function llmThreads(db: Database): Conversation[] {
  const parents = new Map(
    db
      .all('SELECT hash, parent_hash FROM messages')
      .map((row) => [text(row, 'hash'), textOrNull(row, 'parent_hash')]),
  );
  const contents = contentsOf(db);
  const turns = grouped(db.all('SELECT * FROM turns ORDER BY datetime_utc, id'), 'thread_id');
  return db.all('SELECT * FROM threads ORDER BY datetime_utc, id').map((thread) => {
    const id = text(thread, 'id');
    const tip = text(thread, 'tip_message_hash');
    /** The turn of each message, which was the turn's input or its answer. */
    const broughtBy = new Map<string, Row | undefined>();
    const collect = (from: string, turn?: Row): void => {
      for (let at: string | null = from; at !== null && !broughtBy.has(at) && parents.has(at); ) {
        broughtBy.set(at, turn);
        at = parents.get(at) ?? null;
      }
    };
    for (const turn of turns.get(id) ?? []) collect(text(turn, 'tip_message_hash'), turn);
    collect(tip);
    return conversationOf(thread, { broughtBy, parents, contents, tip });
  });
}

interface Tree {
  broughtBy: ReadonlyMap<string, Row | undefined>;
  parents: ReadonlyMap<string, string | null>;
  contents: ReadonlyMap<string, Omit<Draft, 'key' | 'parent'>[]>;
  tip: string;
}

function conversationOf(thread: Row, { broughtBy, parents, contents, tip }: Tree): Conversation {
  const drafts = [...broughtBy].flatMap(([hash, turn]) => {
    const atMs = timeIn({ at: text(turn ?? {}, 'datetime_utc') }, 'at');
    const pieces = contents.get(hash) ?? [];
    return pieces.map((piece, index): Draft => {
      const above = parents.get(hash) ?? null;
      const first = above === null ? null : keyOf(above, (contents.get(above)?.length ?? 1) - 1);
      const answers =
        turn !== undefined && text(turn, 'tip_message_hash') === hash && piece.role === 'assistant';
      return {
        ...piece,
        ...(atMs !== undefined && { atMs }),
        ...(answers && answeredBy(turn)),
        key: keyOf(hash, index),
        parent: index === 0 ? first : keyOf(hash, index - 1),
      };
    });
  });
  const head = keyOf(tip, (contents.get(tip)?.length ?? 1) - 1);
  return { id: text(thread, 'id'), title: textOrNull(thread, 'name') ?? undefined, drafts, head };
}

function keyOf(hash: string, index: number): string {
  return `${hash} ${index}`;
}

/** Returns the contents of each message. Tool results become separate messages. */
function contentsOf(db: Database): Map<string, Omit<Draft, 'key' | 'parent'>[]> {
  const fragments = new Map(
    db.all('SELECT id, content FROM fragments').map((row) => [integer(row, 'id'), text(row, 'content')]),
  );
  const parts = grouped(db.all('SELECT * FROM parts ORDER BY message_hash, position'), 'message_hash');
  const files = db.all(
    `SELECT p.message_hash, a.* FROM parts p JOIN part_attachments pa ON pa.part_id = p.id JOIN attachments a ON a.id = pa.attachment_id
     ORDER BY p.position, pa."order"`,
  );
  const attachments = grouped(files, 'message_hash');
  return new Map(
    db.all('SELECT hash, role FROM messages').map((row) => {
      const hash = text(row, 'hash');
      const role = ROLES[text(row, 'role')] ?? 'user';
      const blocks = (parts.get(hash) ?? []).map((part) => blockOf(part, fragments));
      const pieces = piecesOf(blocks, () => {}).map(
        ({ resultOf, ...piece }): Omit<Draft, 'key' | 'parent'> => {
          if (resultOf !== undefined) return { ...piece, role: 'tool', toolCallId: resultOf };
          return { ...piece, role };
        },
      );
      const attached = (attachments.get(hash) ?? []).map(attachmentIn);
      const owner = pieces.find((piece) => piece.role !== 'tool') ?? { role, text: '' };
      if (attached.length > 0) Object.assign(owner, { attachments: attached });
      return [
        hash,
        pieces.length === 0 || (attached.length > 0 && !pieces.includes(owner)) ? [...pieces, owner] : pieces,
      ];
    }),
  );
}

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'user',
};

/** Returns a part of a message in the format of Anthropic's content. */
function blockOf(part: Row, fragments: ReadonlyMap<number, string>): JsonObject {
  const written = textOrNull(part, 'payload');
  const parsed = written === null ? {} : parseJson(written);
  const payload = isObject(parsed) ? parsed : {};
  const content = textOrNull(part, 'text') ?? referred(payload, fragments);
  const type = text(part, 'type');
  const call = textIn(payload, 'tool_call_id') ?? '';
  switch (type) {
    case 'reasoning':
      return { type: 'thinking', thinking: content };
    case 'tool_call':
      return {
        type: 'tool_use',
        id: call,
        name: text(part, 'tool_name') || (textIn(payload, 'name') ?? ''),
        input: payload.arguments ?? {},
      };
    case 'tool_result':
      return {
        type,
        tool_use_id: call,
        content: textIn(payload, 'output') ?? (content || (textIn(payload, 'exception') ?? '')),
      };
    default:
      return { type, text: content };
  }
}

/** Builds a text from fragments and typed text. */
function referred(payload: JsonObject, fragments: ReadonlyMap<number, string>): string {
  const pieces = objectsIn(payload, 'text_ref').map(
    (piece) => textIn(piece, 'literal') ?? fragments.get(numberIn(piece, 'fragment') ?? -1) ?? '',
  );
  return pieces.join('');
}

function grouped(rows: readonly Row[], column: string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(text(row, column));
    if (group === undefined) groups.set(text(row, column), [row]);
    else group.push(row);
  }
  return groups;
}
