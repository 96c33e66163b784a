import { readFileSync } from 'node:fs';

import type { StreamEncoder } from '../../src/contracts/behaviours/stream-encoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { decodeMessagesRequest } from '../../src/dialects/anthropic-messages/request-decoder.js';
import { anthropicMessagesEncoder } from '../../src/dialects/anthropic-messages/stream-encoder.js';
import { decodeGenerateContentRequest } from '../../src/dialects/gemini-generate-content/request-decoder.js';
import { geminiGenerateContentEncoder } from '../../src/dialects/gemini-generate-content/stream-encoder.js';
import { written } from '../recordings/incoming.js';

function sectionOf(title: string): string {
  const [, section = ''] = readFileSync('docs/dialects.md', 'utf8').split(`\n## ${title}\n`);
  return section.replace(/\n## [^]*$/, '');
}

function rowsOf(section: string, heading: string): readonly string[] {
  const [, table = ''] = section.split(`| ${heading} | what happens |`);
  return [...table.replace(/\n\n[^]*$/, '').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

const user = (block: object) => ({ messages: [{ role: 'user', content: [block] }] });

/** For each row of the document a body in which it is named; the header has no body. */
const inMessages: Readonly<Record<string, object>> = {
  'anthropic-beta': {},
  service_tier: { service_tier: 'auto' },
  container: { container: 'c' },
  context_management: { context_management: {} },
  mcp_servers: { mcp_servers: [] },
  cache_control: { cache_control: { type: 'ephemeral' } },
  'metadata.team': { metadata: { user_id: 'u', team: 't' } },
  'output_config.effort': { output_config: { effort: 'max' } },
  'output_config.task_budget': { output_config: { task_budget: {} } },
  'thinking.display': { thinking: { type: 'adaptive', display: 'omitted' } },
  'system[0].cache_control': { system: [{ type: 'text', text: 'x', cache_control: {} }] },
  'messages[0].content[0].cache_control': user({ type: 'text', text: 'x', cache_control: {} }),
  'messages[0].content[0].citations': user({ type: 'document', source: { type: 'url', url: 'u' }, citations: { enabled: true } }),
  'messages[0].content[0]': user({ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
  'messages[0].content[0].content[0]': user({ type: 'tool_result', tool_use_id: 'c', content: [{ type: 'search_result' }] }),
  'tools[0]': { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
  'tools[0].defer_loading': { tools: [{ name: 'f', input_schema: {}, defer_loading: true }] },
};

const part = (content: object) => ({ contents: [{ parts: [content] }] });
const generation = (config: object) => ({ generationConfig: config });

const inGenerateContent: Readonly<Record<string, object>> = {
  safetySettings: { safetySettings: [] },
  cachedContent: { cachedContent: 'c' },
  labels: { labels: {} },
  'contents[0].parts[0]': part({ executableCode: {} }),
  'contents[0].parts[0].videoMetadata': part({ fileData: { fileUri: 'u' }, videoMetadata: {} }),
  'contents[0].parts[0].inlineData.displayName': part({ inlineData: { mimeType: 'image/png', data: 'AA==', displayName: 'd' } }),
  'tools[0].googleSearch': { tools: [{ googleSearch: {} }] },
  'tools[0].functionDeclarations[0].behavior': { tools: [{ functionDeclarations: [{ name: 'f', behavior: 'BLOCKING' }] }] },
  'toolConfig.retrievalConfig': { toolConfig: { retrievalConfig: {} } },
  'toolConfig.functionCallingConfig.allowedFunctionNames': {
    toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f', 'g'] } },
  },
  'generationConfig.candidateCount': generation({ candidateCount: 2 }),
  'generationConfig.responseModalities': generation({ responseModalities: ['IMAGE'] }),
  'generationConfig.responseMimeType': generation({ responseMimeType: 'text/x.enum' }),
  'generationConfig.thinkingConfig.thinkingBudget': generation({ thinkingConfig: { thinkingBudget: -1 } }),
  'generationConfig.thinkingConfig.thinkingLevel': generation({ thinkingConfig: { thinkingLevel: 'EXTREME' } }),
};

function noticesOf<State extends StreamState>(encoder: StreamEncoder<State>, events: readonly StreamEvent[]): readonly string[] {
  return written(encoder, events).notices;
}

const unsaidInMessages: Readonly<Record<string, StreamEvent>> = {
  'server-tool': { type: 'server-tool', callId: 's', name: 'odd', phase: 'start' },
  'provider-event': { type: 'provider-event', name: 'odd', data: {} },
  file: { type: 'file', part: 0, mediaType: 'image/png', data: 'AA==' },
  'audio-delta': { type: 'audio-delta', part: 0, data: 'AA==' },
  'text-delta logprobs': { type: 'text-delta', part: 0, text: 'x', logprobs: [] },
  citation: { type: 'citation', part: 0, title: 'A page' },
  'usage toolUsePrompt': { type: 'message-end', reason: 'stop', usage: { toolUsePrompt: 1 } },
};

const unsaidInGenerateContent: Readonly<Record<string, readonly StreamEvent[]>> = {
  'server-tool': [{ type: 'server-tool', callId: 's', name: 'odd', phase: 'start' }],
  'provider-event': [{ type: 'provider-event', name: 'odd', data: {} }],
  'audio-delta': [{ type: 'audio-delta', part: 0, data: 'AA==' }],
  citation: [{ type: 'citation', part: 0, title: 'A page' }],
  'tool-call': [
    { type: 'tool-call-start', part: 0, callId: 'c', name: 'odd' },
    { type: 'message-end', reason: 'length' },
  ],
  'usage cacheWrite': [{ type: 'message-end', reason: 'stop', usage: { cacheWrite: 1 } }],
  'message-end pause': [{ type: 'message-end', reason: 'pause' }],
};

describe('docs/dialects.md', () => {
  it('names what clients of Messages can say and others cannot, and each is named to the client', () => {
    expect(rowsOf(sectionOf('Messages'), 'field')).toEqual(Object.keys(inMessages));
    for (const [path, body] of Object.entries(inMessages)) {
      const betas = path === 'anthropic-beta' ? ['context-1m'] : [];
      expect(decodeMessagesRequest({ model: 'm', messages: [], ...body }, undefined, betas).notices).toEqual([path]);
      expect(decodeMessagesRequest({ model: 'm', messages: [], ...body }, 'own', betas).notices).toEqual([]);
    }
  });

  it('names what clients of generateContent can say and others cannot, and each is named to the client', () => {
    expect(rowsOf(sectionOf('generateContent'), 'field')).toEqual(Object.keys(inGenerateContent));
    for (const [path, body] of Object.entries(inGenerateContent)) {
      const decoded = (provider?: string) =>
        decodeGenerateContentRequest({ contents: [], ...body }, provider, { model: 'm', stream: true });
      expect(decoded().notices).toEqual([path]);
      expect(decoded('own').notices).toEqual([]);
    }
  });

  it('names what our events say and the two wires cannot', () => {
    expect(rowsOf(sectionOf('Messages'), 'event')).toEqual(Object.keys(unsaidInMessages));
    for (const [row, event] of Object.entries(unsaidInMessages)) {
      expect(noticesOf(anthropicMessagesEncoder, [event])).toEqual([expect.stringMatching(new RegExp(`^${row}`))]);
    }
    expect(rowsOf(sectionOf('generateContent'), 'event')).toEqual(Object.keys(unsaidInGenerateContent));
    for (const [row, events] of Object.entries(unsaidInGenerateContent)) {
      expect(noticesOf(geminiGenerateContentEncoder, events)).toEqual([expect.stringMatching(new RegExp(`^${row}`))]);
    }
  });
});
