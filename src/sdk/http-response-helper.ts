import { ConnectorException, ErrorClass } from '../common/errors.js';
import { ContentError } from '../content/content-error.js';
import { decodedBody } from '../content/decoded-body.js';
import { parseJson } from './json.js';
import type { HTTPResponse } from './types.js';

/** Questions that are often asked of an `HTTPResponse`. */
// biome-ignore lint/complexity/noStaticOnlyClass: the public SDK's shape
export class HTTPResponseHelper {
  static is2xx(response: HTTPResponse): boolean {
    return hundredsOf(response) === 2;
  }

  static is3xx(response: HTTPResponse): boolean {
    return hundredsOf(response) === 3;
  }

  static is4xx(response: HTTPResponse): boolean {
    return hundredsOf(response) === 4;
  }

  static is5xx(response: HTTPResponse): boolean {
    return hundredsOf(response) === 5;
  }

  /**
   * The body as UTF-8 text, without the content codings of its header (gzip, deflate, br, zstd).
   * @throws {ConnectorException} when they can't be taken off.
   */
  static getBodyAsString(response: HTTPResponse): string {
    const { requestId, statusCode, body } = response;
    try {
      const header = HTTPResponseHelper.getHeader(response, 'content-encoding');
      return decodedBody(body, header ?? '').toString('utf8');
    } catch (error) {
      if (!(error instanceof ContentError)) throw error;
      const message = `The provider answered ${statusCode}, and ${error.message}`;
      throw new ConnectorException(message, ErrorClass.Permanent, requestId, { hop: 'provider', statusCode });
    }
  }

  /**
   * The body as JSON, decoded. The type is the caller's word; nothing checks it.
   * @throws {ConnectorException} Permanent when the body is no JSON.
   */
  static getBodyAsJSON<T = unknown>(response: HTTPResponse): T {
    const value = parseJson(HTTPResponseHelper.getBodyAsString(response));
    if (value !== undefined) return value as T;
    const { requestId, statusCode, body } = response;
    throw new ConnectorException(
      `The answer (status ${statusCode}, ${body.length} bytes) is no JSON`,
      ErrorClass.Permanent,
      requestId,
      { hop: 'provider', statusCode },
    );
  }

  /** A header's value, by its name in any case. */
  static getHeader(response: HTTPResponse, name: string): string | undefined {
    const wanted = name.toLowerCase();
    return Object.entries(response.headers).find(([key]) => key.toLowerCase() === wanted)?.[1];
  }
}

function hundredsOf(response: HTTPResponse): number {
  return Math.floor(response.statusCode / 100);
}
