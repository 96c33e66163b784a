import { anthropicMessagesDecoder } from '../../src/dialects/anthropic-messages/stream-decoder.js';
import { casesOf, describeRecordings } from './cases.js';
import { readStream } from './summary.js';
import { describeWire } from './wire-suite.js';
import { messagesWire } from './wires.js';

describeWire('recorded Messages', messagesWire);

describeRecordings('recorded Messages streams', (recordings) => {
  const streams = casesOf(recordings, 'messages').filter(({ kind }) => kind === 'stream');

  it('are all there', () => {
    expect(streams.filter(({ provider }) => provider === 'anthropic')).toHaveLength(48);
  });

  it('end in a failure where a second message begins within the first', async () => {
    const spliced = streams.filter(({ expected }) => expected.error !== null);
    const read = spliced.map(({ body, provider }) => readStream([body], anthropicMessagesDecoder(provider), provider));
    expect((await Promise.all(read)).map(({ error }) => error?.code)).toEqual(['upstream.malformed']);
  });
});
