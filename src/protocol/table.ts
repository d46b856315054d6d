import { ProtocolError } from './frame.js';

/** State that all tables of one frame share. */
interface Frame {
  readonly bytes: Uint8Array;
  /** The same bytes as a Buffer, which decodes short strings several times faster than TextDecoder. */
  readonly text: Buffer;
  readonly view: DataView;
  /** How many bytes may still be read through offsets. A hostile frame can have many offsets to one long string. */
  budget: number;
}

/**
 * Reads a FlatBuffers table and checks every offset against the buffer. The JavaScript runtime of FlatBuffers has no
 * verifier: for a hostile offset, it returns 0, undefined or neighbouring memory.
 * `field` is the field's position in the schema, from 0. For an absent field, a getter returns 0, false or an empty value.
 * Layout: https://flatbuffers.dev/internals/
 */
export class Table {
  readonly #frame: Frame;
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableSize: number;
  readonly #size: number;

  private constructor(frame: Frame, at: number) {
    const { bytes, view } = frame;
    this.#frame = frame;
    this.#bytes = bytes;
    this.#view = view;
    this.#at = at;
    check(at, 4, bytes.length);
    this.#vtable = at - view.getInt32(at, true);
    check(this.#vtable, 4, bytes.length);
    this.#vtableSize = view.getUint16(this.#vtable, true);
    this.#size = view.getUint16(this.#vtable + 2, true);
    if (this.#vtableSize < 4 || this.#size < 4) throw malformed();
    check(this.#vtable, this.#vtableSize, bytes.length);
    check(at, this.#size, bytes.length);
  }

  /** Returns the frame's root table. @throws {ProtocolError} (recoverable) when there is none */
  static root(bytes: Uint8Array): Table {
    check(0, 4, bytes.length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Table({ bytes, text, view, budget: 2 * bytes.length }, view.getUint32(0, true));
  }

  #field(field: number, width: number): number {
    const slot = 4 + field * 2;
    if (slot + 2 > this.#vtableSize) return -1;
    const offset = this.#view.getUint16(this.#vtable + slot, true);
    if (offset === 0) return -1;
    if (offset + width > this.#size) throw malformed();
    return this.#at + offset;
  }

  /** Returns the position of the first element of the vector in `field`, and the number of elements. */
  #vector(field: number, elementSize: number): { start: number; length: number } | undefined {
    const at = this.#field(field, 4);
    if (at < 0) return undefined;
    return this.#vectorAt(at + this.#view.getUint32(at, true), elementSize);
  }

  #vectorAt(target: number, elementSize: number): { start: number; length: number } {
    check(target, 4, this.#bytes.length);
    const length = this.#view.getUint32(target, true);
    check(target + 4, length * elementSize, this.#bytes.length);
    this.#frame.budget -= 4 + length * elementSize;
    if (this.#frame.budget < 0) throw malformed();
    return { start: target + 4, length };
  }

  /** Whether the table has the field. */
  has(field: number): boolean {
    return this.#field(field, 1) >= 0;
  }

  bool(field: number): boolean {
    const at = this.#field(field, 1);
    return at >= 0 && this.#view.getUint8(at) !== 0;
  }

  int8(field: number): number {
    const at = this.#field(field, 1);
    return at < 0 ? 0 : this.#view.getInt8(at);
  }

  uint16(field: number): number {
    const at = this.#field(field, 2);
    return at < 0 ? 0 : this.#view.getUint16(at, true);
  }

  int32(field: number): number {
    const at = this.#field(field, 4);
    return at < 0 ? 0 : this.#view.getInt32(at, true);
  }

  uint32(field: number): number {
    const at = this.#field(field, 4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  uint64(field: number): bigint {
    const at = this.#field(field, 8);
    return at < 0 ? 0n : this.#view.getBigUint64(at, true);
  }

  /** A uint64 as a number; exact up to 2^53, which counters and durations never reach. */
  uint64AsNumber(field: number): number {
    const at = this.#field(field, 8);
    if (at < 0) return 0;
    return this.#view.getUint32(at + 4, true) * 0x1_0000_0000 + this.#view.getUint32(at, true);
  }

  /** Returns an int64 as a number; `absent` when the table lacks the field. */
  int64AsNumber(field: number, absent: number): number {
    const at = this.#field(field, 8);
    if (at < 0) return absent;
    return this.#view.getInt32(at + 4, true) * 0x1_0000_0000 + this.#view.getUint32(at, true);
  }

  float64(field: number): number {
    const at = this.#field(field, 8);
    return at < 0 ? 0 : this.#view.getFloat64(at, true);
  }

  /** Returns the bytes as a view into the frame; empty when absent. */
  bytes(field: number): Uint8Array {
    const vector = this.#vector(field, 1);
    return vector === undefined
      ? this.#bytes.subarray(0, 0)
      : this.#bytes.subarray(vector.start, vector.start + vector.length);
  }

  string(field: number): string {
    const vector = this.#vector(field, 1);
    return vector === undefined ? '' : this.#text(vector);
  }

  /** Like `string`. @throws {ProtocolError} (recoverable) when the field is absent */
  requiredString(field: number, name: string): string {
    if (this.#field(field, 4) < 0) throw new ProtocolError(`required field ${name} is missing`, true);
    return this.string(field);
  }

  strings(field: number): string[] {
    return this.#elements(field, (target) => {
      return this.#text(this.#vectorAt(target, 1));
    });
  }

  #text({ start, length }: { start: number; length: number }): string {
    return this.#frame.text.toString('utf8', start, start + length);
  }

  table(field: number): Table | undefined {
    const at = this.#field(field, 4);
    if (at < 0) return undefined;
    return new Table(this.#frame, at + this.#view.getUint32(at, true));
  }

  tables(field: number): Table[] {
    return this.#elements(field, (target) => new Table(this.#frame, target));
  }

  #elements<T>(field: number, read: (target: number) => T): T[] {
    const vector = this.#vector(field, 4);
    const out: T[] = [];
    for (let index = 0; index < (vector?.length ?? 0); index += 1) {
      const at = (vector?.start ?? 0) + index * 4;
      out.push(read(at + this.#view.getUint32(at, true)));
    }
    return out;
  }
}

function check(at: number, size: number, limit: number): void {
  if (at < 0 || at + size > limit) throw malformed();
}

function malformed(): ProtocolError {
  return new ProtocolError('malformed FlatBuffer: an offset points outside the frame', true);
}
