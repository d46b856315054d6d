/** The application id in SQLite's header, which marks this program's files: "vtui". */
export const APPLICATION_ID = 0x76747569;

/**
 * The migrations from each version to the next. The first one creates the tables. Released migrations never change.
 *
 * Messages form a tree by `parent`. It is not a foreign key, because cascading along a long conversation would exceed
 * SQLite's limit for nested triggers. `touched` orders sessions by use, because clocks may be set back.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    preview TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    used_ms INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    head INTEGER,
    model TEXT,
    tokens INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0,
    exchanges INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX sessions_touched ON sessions (touched);

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES sessions (seq),
    parent INTEGER,
    role TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,
    endpoint TEXT,
    model TEXT,
    -- While streaming: who writes, and when it last did (Unix ms).
    writer INTEGER,
    written_ms INTEGER
  ) STRICT;
  CREATE INDEX messages_session ON messages (session);
  CREATE INDEX messages_streaming ON messages (status) WHERE status = 'streaming';

  -- request, error, metrics, timeline and events are JSON.
  CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES sessions (seq),
    question INTEGER,
    answer INTEGER,
    at_ms INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    url TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    error TEXT,
    request TEXT NOT NULL,
    metrics TEXT NOT NULL,
    timeline TEXT,
    events TEXT,
    ttft_ms REAL AS (json_extract(metrics, '$.ttftMs')),
    e2e_ms REAL AS (json_extract(metrics, '$.e2eMs')),
    output_tokens REAL AS (json_extract(metrics, '$.outputTokens')),
    status_code INTEGER AS (json_extract(error, '$.statusCode'))
  ) STRICT;
  CREATE INDEX exchanges_session ON exchanges (session);
  CREATE INDEX exchanges_question ON exchanges (question);
  CREATE INDEX exchanges_answer ON exchanges (answer);
  CREATE INDEX exchanges_ttft ON exchanges (ttft_ms);
  CREATE INDEX exchanges_e2e ON exchanges (e2e_ms);
  CREATE INDEX exchanges_error ON exchanges (status_code) WHERE error IS NOT NULL;
  `,
  // Pins, deletion with undo, drafts, queue, full-text search. An answer is indexed when it has ended, as each
  // checkpoint would otherwise index all of it again.
  `
  ALTER TABLE sessions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN deleted_ms INTEGER;
  DROP INDEX sessions_touched;
  CREATE INDEX sessions_order ON sessions (pinned, touched) WHERE deleted_ms IS NULL;
  CREATE INDEX sessions_touched ON sessions (touched);

  -- session '': the draft before there is one.
  CREATE TABLE drafts (session TEXT PRIMARY KEY, text TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE queue (
    session TEXT NOT NULL, position INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (session, position)
  ) STRICT, WITHOUT ROWID;

  CREATE VIRTUAL TABLE search USING fts5 (
    text, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
  );
  CREATE TRIGGER search_insert AFTER INSERT ON messages WHEN new.status <> 'streaming' BEGIN
    INSERT INTO search (rowid, text) VALUES (new.id, new.text);
  END;
  CREATE TRIGGER search_forget AFTER UPDATE OF text, status ON messages WHEN old.status <> 'streaming' BEGIN
    INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text);
  END;
  CREATE TRIGGER search_update AFTER UPDATE OF text, status ON messages WHEN new.status <> 'streaming' BEGIN
    INSERT INTO search (rowid, text) VALUES (new.id, new.text);
  END;
  CREATE TRIGGER search_delete AFTER DELETE ON messages WHEN old.status <> 'streaming' BEGIN
    INSERT INTO search (search, rowid, text) VALUES ('delete', old.id, old.text);
  END;
  INSERT INTO search (rowid, text) SELECT id, text FROM messages WHERE status <> 'streaming';
  `,
  // Several chats at once, each with its own drafts and queue. writer: the chat's process id; 0: unknown, which counts
  // as ended.
  `
  ALTER TABLE drafts RENAME TO drafts_2;
  CREATE TABLE drafts (
    session TEXT NOT NULL, writer INTEGER NOT NULL DEFAULT 0, text TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (session, writer)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO drafts (session, text, at_ms) SELECT session, text, at_ms FROM drafts_2;
  DROP TABLE drafts_2;
  ALTER TABLE queue RENAME TO queue_2;
  CREATE TABLE queue (
    session TEXT NOT NULL, writer INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (session, writer, position)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO queue (session, position, text) SELECT session, position, text FROM queue_2;
  DROP TABLE queue_2;
  `,
  // All parts of a message. tool_calls: JSON; size: in bytes.
  `
  ALTER TABLE messages ADD COLUMN refusal TEXT NOT NULL DEFAULT '';
  ALTER TABLE messages ADD COLUMN tool_calls TEXT;
  ALTER TABLE messages ADD COLUMN tool_call_id TEXT;
  ALTER TABLE messages ADD COLUMN finish_reason TEXT;
  UPDATE messages SET finish_reason = (
    SELECT CASE WHEN json_valid(metrics) THEN metrics ->> '$.finishReason' END FROM exchanges WHERE answer = messages.id
  ) WHERE role = 'assistant';

  CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES sessions (seq),
    message INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size INTEGER,
    url TEXT,
    data BLOB
  ) STRICT;
  CREATE INDEX attachments_session ON attachments (session);
  `,
  // The index has all texts of a message. The program's function indexed_text makes each emoji, and each character of a
  // script without spaces, a word. attached has the attachments' names, one per line.
  `
  DROP TRIGGER search_insert;
  DROP TRIGGER search_forget;
  DROP TRIGGER search_update;
  DROP TRIGGER search_delete;
  DROP TABLE search;
  ALTER TABLE messages ADD COLUMN attached TEXT;
  UPDATE messages SET attached = (SELECT group_concat(name, char(10)) FROM attachments WHERE message = messages.id)
    WHERE id IN (SELECT message FROM attachments);
  CREATE VIEW indexed AS
    SELECT id, indexed_text(text, reasoning, refusal, tool_calls, attached) AS text FROM messages WHERE status <> 'streaming';
  CREATE VIRTUAL TABLE search USING fts5 (
    text, content = 'indexed', content_rowid = 'id',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co So'", prefix = '2 3'
  );
  CREATE TRIGGER search_insert AFTER INSERT ON messages WHEN new.status <> 'streaming' BEGIN
    INSERT INTO search (rowid, text)
      VALUES (new.id, indexed_text(new.text, new.reasoning, new.refusal, new.tool_calls, new.attached));
  END;
  CREATE TRIGGER search_forget AFTER UPDATE OF text, reasoning, refusal, tool_calls, attached, status ON messages
    WHEN old.status <> 'streaming' BEGIN
    INSERT INTO search (search, rowid, text) VALUES (
      'delete', old.id, indexed_text(old.text, old.reasoning, old.refusal, old.tool_calls, old.attached)
    );
  END;
  CREATE TRIGGER search_update AFTER UPDATE OF text, reasoning, refusal, tool_calls, attached, status ON messages
    WHEN new.status <> 'streaming' BEGIN
    INSERT INTO search (rowid, text)
      VALUES (new.id, indexed_text(new.text, new.reasoning, new.refusal, new.tool_calls, new.attached));
  END;
  CREATE TRIGGER search_delete AFTER DELETE ON messages WHEN old.status <> 'streaming' BEGIN
    INSERT INTO search (search, rowid, text) VALUES (
      'delete', old.id, indexed_text(old.text, old.reasoning, old.refusal, old.tool_calls, old.attached)
    );
  END;
  INSERT INTO search (rowid, text) SELECT id, text FROM indexed;
  `,
  // http: JSON.
  'ALTER TABLE exchanges ADD COLUMN http TEXT',
  // carried: JSON.
  'ALTER TABLE messages ADD COLUMN carried TEXT',
  // The attachments of drafts and queued messages, apart from their texts, which are written once a second. files: JSON.
  `
  CREATE TABLE unsent_files (
    session TEXT NOT NULL, writer INTEGER NOT NULL, files TEXT NOT NULL, PRIMARY KEY (session, writer)
  ) STRICT, WITHOUT ROWID;
  `,
];

export const SCHEMA_VERSION = MIGRATIONS.length;
