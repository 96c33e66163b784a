import { openAiResponsesDecoder } from '../../src/dialects/openai-responses/stream-decoder.js';
import { casesOf, describeRecordings } from './cases.js';
import { readStream } from './summary.js';
import { describeWire } from './wire-suite.js';
import { responsesWire } from './wires.js';

describeWire('recorded Responses', responsesWire);

describeRecordings('recorded Responses with tools that the client runs', (recordings) => {
  const cases = casesOf(recordings, 'responses').filter(({ expected }) => expected.clientRunItems !== undefined);

  it.each(cases.map((recording) => [recording.id, recording] as const))('%s gives each with its action', async (_id, recording) => {
    const { events } = await readStream([recording.body], openAiResponsesDecoder(recording.provider), recording.provider);
    for (const { id, name, args } of recording.expected.clientRunItems ?? []) {
      const { callId: _callId, ...action } = args;
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'server-tool', callId: id, name, phase: 'result', data: expect.objectContaining(subset(action)) }),
      );
    }
  });
});

/** The expected action leaves out what its SDK does not know. */
function subset(args: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, expect.objectContaining(value)]));
}
