import { ApiError } from '../http/api-error.js';

/** Parses the body of a request. @throws {ApiError} 400 when the text is not JSON */
export function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(400, { message: `We could not parse the JSON body of your request: ${reason}` });
  }
}
