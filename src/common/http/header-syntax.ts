/** A header's name: RFC 9110, 5.6.2. */
export const HEADER_NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** A header's value: one byte for each character, and no line breaks. RFC 9110, 5.5. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
