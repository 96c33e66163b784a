/** C0 and C1 controls, and the marks that turn the direction of writing: what a terminal would obey instead of showing. */
// eslint-disable-next-line no-control-regex -- finding control characters is its purpose.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of somebody else's, so that it cannot move the cursor, colour or retitle the reader's terminal. Tabs and newlines stay. */
export function printable(text: string): string {
  return text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same in one line. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\t\n]+/g, ' ');
}
