import { collectAnswer } from '../../src/core/chat/collect-answer.js';
import { encodeGenerateContentAnswer } from '../../src/dialects/gemini-generate-content/answer-encoder.js';
import { isMadeCallId } from '../../src/dialects/gemini-generate-content/call-id.js';
import { encodeRequest } from '../../src/dialects/gemini-generate-content/request.js';
import { decodeGenerateContentRequest } from '../../src/dialects/gemini-generate-content/request-decoder.js';
import { schemaFromWire } from '../../src/dialects/gemini-generate-content/schema.js';
import { geminiGenerateContentDecoder } from '../../src/dialects/gemini-generate-content/stream-decoder.js';
import { geminiGenerateContentEncoder } from '../../src/dialects/gemini-generate-content/stream-encoder.js';
import type { JsonObject, JsonValue } from '../../src/contracts/chat.js';
import { isRecord } from '../../src/kit/read-body.js';
import type { ReadStream, Summary } from './summary.js';
import { casesOf, describeRecordings } from './cases.js';
import { readBack } from './incoming.js';
import { brokenPromises, expectedSummary, readStream, summaryOf } from './summary.js';

const decoder = geminiGenerateContentDecoder('acme');
const providers = ['gemini', 'vertex'];

/** Ids that we made are not said on this wire; the reader makes its own. */
function withoutMadeIds(summary: Summary): Summary {
  return { ...summary, toolCalls: summary.toolCalls.map((call) => ({ ...call, id: isMadeCallId(call.id) ? 'made' : call.id })) };
}

function summary(stream: ReadStream): Summary {
  return withoutMadeIds(summaryOf(stream));
}

describeRecordings('recorded streams of generateContent, written again', (recordings) => {
  const cases = casesOf(recordings, 'generate-content', providers);
  const streams = cases.filter(({ kind, expected }) => kind === 'stream' && expected.error === null);

  it.each(streams)('say what was expected: $id', async ({ body, expected }) => {
    const { events } = await readStream([body], decoder, 'acme');
    const again = await readBack(geminiGenerateContentEncoder, decoder, events);
    expect(summary(again)).toEqual(withoutMadeIds(expectedSummary(expected, summaryOf(again))));
    expect(brokenPromises(again)).toEqual([]);
  });

  it.each(streams)('say the same as a whole answer: $id', async ({ body, expected }) => {
    const { events } = await readStream([body], decoder, 'acme');
    const { body: answer } = encodeGenerateContentAnswer(collectAnswer('s', events));
    const again = await readStream([Buffer.from(`data: ${JSON.stringify(answer)}\n\n`)], decoder, 'acme');
    expect(summary(again)).toEqual(withoutMadeIds(expectedSummary(expected, summaryOf(again))));
  });
});

describeRecordings('recorded requests of generateContent, written again', (recordings) => {
  const requests = casesOf(recordings, 'generate-content').flatMap(({ id, request }) =>
    isRecord(request) && isRecord(request['body']) ? [{ id, path: String(request['path']), body: request['body'] as JsonObject }] : [],
  );

  it.each(requests)('ask for the same: $id', ({ body, path }) => {
    const model = /models\/([^:]+):/.exec(path)?.[1] ?? 'gemini-x';
    const { request, notices } = decodeGenerateContentRequest(body, 'acme', { model, stream: true });
    expect(notices).toEqual([]);
    expect(inOneForm(encodeRequest(request, 'acme') as unknown as JsonObject)).toEqual(inOneForm(body));
  });
});

/**
 * What the wire lets clients say in several ways, in one: names in camel case, a schema as JSON Schema, contents of one role
 * joined, a signature on a part of its own, the mode that holds anyway left out.
 */
function inOneForm(body: JsonObject): JsonValue {
  const { contents, systemInstruction, tools, toolConfig, generationConfig, ...rest } = camel(body);
  const calling = recordOf(recordOf(toolConfig)['functionCallingConfig']);
  const { mode, ...others } = calling;
  const functionCallingConfig = { ...(mode !== 'AUTO' && mode !== undefined && { mode }), ...others };
  return withoutNothing({
    ...rest,
    contents: contentsOf(contents),
    systemInstruction: { parts: recordOf(systemInstruction)['parts'] ?? [] },
    tools: toolsOf(tools),
    toolConfig: { ...recordOf(toolConfig), functionCallingConfig },
    generationConfig: thinkingOf(recordOf(generationConfig)),
  });
}

function recordOf(value: JsonValue | undefined): JsonObject {
  return isRecord(value) ? camel(value) : {};
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]).map(camel) : [];
}

function camel(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()), field]),
  );
}

function contentsOf(value: JsonValue | undefined): JsonValue {
  const joined: { role: JsonValue; parts: JsonObject[] }[] = [];
  for (const { role = 'user', parts } of listOf(value)) {
    const last = joined.at(-1);
    if (last?.role === role) last.parts.push(...listOf(parts).flatMap(partsOf));
    else joined.push({ role, parts: listOf(parts).flatMap(partsOf) });
  }
  return joined;
}

function partsOf({ thoughtSignature, ...part }: JsonObject): readonly JsonObject[] {
  const plain = camelInside(part);
  const isAlone = part['functionCall'] !== undefined || part['thought'] === true || part['text'] === '';
  if (thoughtSignature === undefined) return [plain];
  return isAlone ? [{ ...plain, thoughtSignature }] : [plain, { text: '', thoughtSignature }];
}

function camelInside(part: JsonObject): JsonObject {
  return isRecord(part['inlineData']) ? { ...part, inlineData: recordOf(part['inlineData']) } : part;
}

function toolsOf(value: JsonValue | undefined): JsonValue {
  const entries = listOf(value);
  const functionDeclarations = entries.flatMap(({ functionDeclarations: tools }) => listOf(tools)).map(toolOf);
  const others = entries.map(({ functionDeclarations: _tools, ...rest }) => rest).filter((rest) => Object.keys(rest).length > 0);
  return functionDeclarations.length === 0 ? others : [{ functionDeclarations }, ...others];
}

function toolOf({ parameters, parametersJsonSchema, ...rest }: JsonObject): JsonObject {
  const schema = parametersJsonSchema ?? (isRecord(parameters) ? schemaFromWire(parameters) : { type: 'object', properties: {} });
  return { ...rest, parametersJsonSchema: schema };
}

function thinkingOf({ thinkingConfig, ...rest }: JsonObject): JsonObject {
  const thinking = recordOf(thinkingConfig);
  const level = thinking['thinkingLevel'];
  return { ...rest, thinkingConfig: { ...thinking, ...(typeof level === 'string' && { thinkingLevel: level.toLowerCase() }) } };
}

/** Empty objects and lists say nothing here. */
function withoutNothing(body: JsonObject): JsonObject {
  const isNothing = (value: JsonValue): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  const entries = Object.entries(body).map(([name, value]): [string, JsonValue] => [
    name,
    isRecord(value) ? withoutNothing(value as JsonObject) : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => !isNothing(value)));
}
