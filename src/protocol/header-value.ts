import type { HeaderList } from './messages.js';

/** Returns the value of the first header with a name. @param name in lower case */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  return headers.find(([one]) => one.toLowerCase() === name)?.[1];
}
