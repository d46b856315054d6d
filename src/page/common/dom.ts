type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Creates an element with attributes and children. A string becomes text, never markup. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '');
    else if (value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

export function numberText(value: number | null | undefined): string {
  if (typeof value !== 'number') return '';
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(value < 10 ? 2 : 1);
}

const TRAILING_ZEROS = /\.0+(?!\d)|(?<=\.\d*[1-9])0+(?!\d)/;

/** Removes zeros at the end of a number's decimals: `50.0 ms` becomes `50 ms`. */
export const withoutZeros = (text: string): string => text.replace(TRAILING_ZEROS, '');

/** Calls `changed` when the page's colors change. */
export function onTheme(changed: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  document.addEventListener('theme', changed);
}

/** Creates a button that switches between light and dark colors. Until its first use, the page follows the system. */
export function themeButton(): HTMLElement {
  const root = document.documentElement;
  const dark = (): boolean =>
    (root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) ===
    'dark';
  const button = el('button', { type: 'button', class: 'theme' });
  const show = (): void => {
    button.textContent = dark() ? 'Light colors' : 'Dark colors';
  };
  button.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    document.dispatchEvent(new Event('theme'));
  });
  onTheme(show);
  show();
  return button;
}

/** Returns the value of a color variable of the page's style, for the theme in use. */
export function color(name: string): string {
  const probe = el('span', {});
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Formats a share, 0 to 1, as whole percent. */
export function percentText(value: number | null | undefined): string {
  return typeof value === 'number' ? `${(100 * value).toFixed(0)} %` : '';
}
