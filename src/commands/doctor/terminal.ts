import { type Finding, ok, warning } from './finding.js';

/** The facts known about the terminal on stdout. */
export interface TerminalFacts {
  /** Absent when stdout is not a terminal. */
  screen?: { columns: number; rows: number; colourBits: number };
  env: Readonly<Record<string, string | undefined>>;
}

/** The smallest size for panes beside the conversation. A smaller terminal shows a status bar instead. */
const PANES = { columns: 100, rows: 20 };
const SMALLEST = { columns: 20, rows: 5 };

/** Returns the features of the terminal that the chat uses. */
export function checkTerminal({ screen, env }: TerminalFacts): Finding[] {
  if (screen === undefined) return [ok('terminal', 'stdout is not a terminal here; the chat needs one')];
  return [term(env), size(screen), colours(screen.colourBits, env), encoding(env), multiplexer(env)].flat();
}

function term({ TERM = '' }: TerminalFacts['env']): Finding {
  if (TERM !== '' && TERM !== 'dumb') return ok('TERM', TERM);
  return warning(
    'TERM',
    TERM === '' ? 'not set' : TERM,
    'set it to the type of the terminal, e.g. export TERM=xterm-256color',
  );
}

function size({ columns, rows }: { columns: number; rows: number }): Finding {
  const detail = `${columns} x ${rows}`;
  if (columns === 0 || rows === 0)
    return warning(
      'size',
      'unknown',
      'the chat takes 80 x 24; set the size, for example with: stty rows 40 cols 120',
    );
  if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
    return warning(
      'size',
      detail,
      `the chat needs ${SMALLEST.columns} x ${SMALLEST.rows}: make the window larger`,
    );
  }
  const panes = columns >= PANES.columns && rows >= PANES.rows;
  return ok('size', panes ? detail : `${detail}; side panes show from ${PANES.columns} x ${PANES.rows}`);
}

function colours(bits: number, { NO_COLOR = '' }: TerminalFacts['env']): Finding {
  if (NO_COLOR !== '') return ok('colours', 'none, because NO_COLOR is set');
  return ok('colours', bits === 24 ? '16 million' : bits === 1 ? 'none' : String(2 ** bits));
}

function encoding({ LC_ALL = '', LC_CTYPE = '', LANG = '' }: TerminalFacts['env']): Finding {
  const locale = LC_ALL || LC_CTYPE || LANG;
  if (/utf-?8/i.test(locale)) return ok('encoding', `UTF-8 (${locale})`);
  return warning(
    'encoding',
    locale === '' ? 'no locale is set' : `the locale ${locale} is not UTF-8`,
    'if text looks garbled: export LANG=C.UTF-8',
  );
}

function multiplexer({ TMUX, STY, SSH_CONNECTION }: TerminalFacts['env']): Finding[] {
  const through = [
    ...(TMUX ? ['tmux (copying needs: set -g set-clipboard on)'] : []),
    ...(STY ? ['screen'] : []),
    ...(SSH_CONNECTION ? ['ssh'] : []),
  ];
  return through.length === 0 ? [] : [ok('through', through.join(', '))];
}
