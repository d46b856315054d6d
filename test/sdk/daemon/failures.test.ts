import { expect, test } from 'vitest';
import { ErrorClass, FailureCode, type Hop } from '../../../src/common/errors.js';
import { MessageType } from '../../../src/protocol/constants.js';
import { replyError } from '../../../src/sdk/daemon/failures.js';

const codeOf = (errorMessage: string, more: { hop?: Hop; code?: FailureCode } = {}) =>
  replyError(
    {
      type: MessageType.ExecuteResponse,
      requestId: 1n,
      errorClass: ErrorClass.Transient,
      errorMessage,
      payload: new Uint8Array(0),
      durationUs: 0,
      ...more,
    },
    1,
  ).code;

test("an error has the daemon's failure code", () => {
  expect(codeOf('no', { hop: 'network', code: FailureCode.NotHttp })).toBe(FailureCode.NotHttp);
});

test('a daemon of the public protocol sends no code, so its words decide', () => {
  expect(codeOf('connect ECONNREFUSED 127.0.0.1:1')).toBe(FailureCode.ConnectionRefused);
  expect(codeOf('getaddrinfo ENOTFOUND absent.invalid')).toBe(FailureCode.NameNotFound);
  expect(codeOf('certificate has expired')).toBe(FailureCode.CertificateExpired);
  expect(codeOf('something else')).toBeUndefined();
});

test('when the daemon says where a request failed, its words do not decide', () => {
  expect(codeOf('the provider quotes ECONNREFUSED', { hop: 'provider' })).toBeUndefined();
});
