import { ConnectorException, ErrorClass } from '../common/errors.js';
import { parseJson } from '../common/json.js';
import { ContentError } from '../content/content-error.js';
import { decodedBody } from '../content/decoded-body.js';
import type { HTTPResponse } from './types.js';

/** Common checks and conversions of an `HTTPResponse`. */
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
   * Returns the body as UTF-8 text, decompressed according to its Content-Encoding (gzip, deflate, br, zstd).
   * @throws {ConnectorException} when decompression fails.
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
   * Parses the body as JSON. The result is not checked against the type.
   * @throws {ConnectorException} Permanent when the body is not JSON.
   */
  static getBodyAsJSON<T = unknown>(response: HTTPResponse): T {
    const value = parseJson(HTTPResponseHelper.getBodyAsString(response));
    if (value !== undefined) return value as T;
    const { requestId, statusCode, body } = response;
    throw new ConnectorException(
      `The answer (status ${statusCode}, ${body.length} bytes) is not JSON`,
      ErrorClass.Permanent,
      requestId,
      { hop: 'provider', statusCode },
    );
  }

  /** Returns a header's value. The name's case does not matter. */
  static getHeader(response: HTTPResponse, name: string): string | undefined {
    const wanted = name.toLowerCase();
    return Object.entries(response.headers).find(([key]) => key.toLowerCase() === wanted)?.[1];
  }
}

function hundredsOf(response: HTTPResponse): number {
  return Math.floor(response.statusCode / 100);
}
