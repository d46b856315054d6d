import type { Attachment } from '../../common/chat/attachments.js';
import { VERSION } from '../../common/program/version.js';
import { beginningOf } from '../../common/text/beginning.js';
import { branchOf, figuresOf, headingOf } from '../../sessions/export/markdown.js';
import type { Message, Session } from '../../sessions/types.js';
import { filledPage, html, type Markup } from '../support/output/html.js';
import { pageTemplate } from '../support/output/pages.js';
import { markdownMarkup } from './markdown-html.js';
import { waterfall } from './waterfall.js';

/** Returns the current branch of each session as one self-contained page, with the waterfall of each answer. */
export function sessionsPage(sessions: readonly Session[]): string {
  const [first] = sessions;
  const title =
    sessions.length === 1 && first !== undefined ? first.title : `${sessions.length} conversations`;
  return filledPage(pageTemplate('session'), {
    title,
    content: html`<header><div class="page-tools"></div><h1 dir="auto">${title}</h1></header>
<main>${sessions.map((session, number) => sessionMarkup(session, number, sessions.length > 1))}</main>
<footer class="soft"><p>vastar-tui ${VERSION}</p></footer>`,
    data: null,
  });
}

function sessionMarkup(session: Session, number: number, several: boolean): Markup {
  const branch = branchOf(session);
  const questions = branch.filter(({ role }) => role === 'user');
  const idOf = ({ id }: Message): string => `message-${number}-${id}`;
  return html`<section><h2 dir="auto">${several ? session.title : 'Conversation'}</h2>
<p class="soft">Session ${session.id}, begun ${new Date(session.createdMs).toISOString()}</p>
${questions.length > 1 ? html`<nav aria-label="Questions"><ol>${questions.map((one) => html`<li><a href="#${idOf(one)}" dir="auto">${beginning(one.text)}</a></li>`)}</ol></nav>` : undefined}
${branch.map((message) => messageMarkup(session, message, idOf(message)))}
</section>`;
}

function messageMarkup(session: Session, message: Message, id: string): Markup {
  const { role, text, reasoning, refusal, toolCalls, attachments } = message;
  const exchange = session.exchanges.find(({ answerId }) => answerId === message.id);
  return html`<article class="${role}" id="${id}" aria-labelledby="${id}-heading"><h3 id="${id}-heading">${headingOf(message)}</h3>
${figuresOf(session, message).map((figures) => html`<p class="soft">${figures.replace(/^\*|\*$/g, '')}</p>`)}
<div class="body" dir="auto">
${reasoning === '' ? undefined : html`<details><summary>Reasoning</summary>${markdownMarkup(reasoning)}</details>`}
${role === 'tool' ? html`<pre tabindex="0">${text}</pre>` : role === 'assistant' ? markdownMarkup(text) : html`<p class="plain">${text}</p>`}
${refusal === '' ? undefined : html`<blockquote><p>Refusal: ${refusal}</p></blockquote>`}
${toolCalls.map(({ name, arguments: args }) => html`<p>Calls <code>${name}</code>:</p><pre tabindex="0"><code>${pretty(args)}</code></pre>`)}
${attachments.map(attachmentMarkup)}
</div>
${exchange === undefined ? undefined : html`${failure(exchange.error)}${waterfall(exchange.metrics)}`}</article>`;
}

function failure(error: Session['exchanges'][number]['error']): Markup | undefined {
  return error === null ? undefined : html`<p>Failed (${error.class}): ${error.message}</p>`;
}

/** Image types that can't contain scripts. */
const IMAGE = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;

function attachmentMarkup({ name, type, size, data }: Attachment): Markup {
  const facts = [type, ...(size === null ? [] : [`${size} bytes`])].join(', ');
  if (data === null || !IMAGE.test(type)) return html`<p>Attached: ${name} (${facts})</p>`;
  return html`<figure><img src="data:${type};base64,${data}" alt="${name}"><figcaption>${name} (${facts})</figcaption></figure>`;
}

function beginning(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${beginningOf(line, 79)}…` : line || '(empty)';
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
