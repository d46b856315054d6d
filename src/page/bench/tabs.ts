import { el } from '../common/dom.js';
import type { Run } from './report.js';

/** Adds tabs that show one endpoint at a time. */
export function tabs(runs: readonly Run[]): void {
  const buttons = runs.map(({ name }, number) =>
    el(
      'button',
      { type: 'button', role: 'tab', id: `tab-${number}`, 'aria-controls': `run-${number}` },
      name,
    ),
  );
  const choose = (chosen: number): void => {
    for (const [number, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(number === chosen));
      button.tabIndex = number === chosen ? 0 : -1;
      const section = document.getElementById(`run-${number}`);
      if (section !== null) section.hidden = number !== chosen;
    }
  };
  for (const [number, button] of buttons.entries()) {
    button.addEventListener('click', () => choose(number));
    button.addEventListener('keydown', ({ key }) => {
      const next = key === 'ArrowRight' ? number + 1 : key === 'ArrowLeft' ? number - 1 : number;
      const target = buttons[(next + buttons.length) % buttons.length];
      if (next === number || target === undefined) return;
      target.focus();
      target.click();
    });
    document.getElementById(`run-${number}`)?.setAttribute('role', 'tabpanel');
    document.getElementById(`run-${number}`)?.setAttribute('aria-labelledby', `tab-${number}`);
  }
  document
    .getElementById('run-0')
    ?.before(el('div', { role: 'tablist', 'aria-label': 'Endpoints', class: 'tabs' }, ...buttons));
  choose(0);
}
