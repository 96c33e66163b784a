import { readFileSync } from 'node:fs';

import type { StreamEncoder } from '../../src/contracts/behaviours/stream-encoder.js';
import type { StreamState } from '../../src/contracts/behaviours/streaming.behaviour.js';
import type { StreamEvent } from '../../src/contracts/stream-event.js';
import { decodeChatRequest } from '../../src/dialects/openai-chat/request-decoder.js';
import { openAiChatEncoder } from '../../src/dialects/openai-chat/stream-encoder.js';
import { decodeResponsesRequest } from '../../src/dialects/openai-responses/request-decoder.js';
import { openAiResponsesEncoder } from '../../src/dialects/openai-responses/stream-encoder.js';

function sectionOf(title: string): string {
  const [, section = ''] = readFileSync('docs/dialects.md', 'utf8').split(`\n## ${title}\n`);
  return section.replace(/\n## [^]*$/, '');
}

function rowsOf(section: string, heading: string): readonly string[] {
  const [, table = ''] = section.split(`| ${heading} | what happens |`);
  return [...table.replace(/\n\n[^]*$/, '').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

function noticesOf<State extends StreamState>(encoder: StreamEncoder<State>, events: readonly StreamEvent[]): readonly string[] {
  let state: State | undefined;
  return events.flatMap((event) => {
    const step = encoder.encode(event, state);
    state = step.state;
    return step.notices;
  });
}

/** What neither wire can say, each once. */
const unsayable: readonly StreamEvent[] = [
  { type: 'server-tool', callId: 's', name: 'odd', phase: 'start' },
  { type: 'provider-event', name: 'odd', data: {} },
  { type: 'file', part: 0, mediaType: 'text/plain', data: 'AA==' },
  { type: 'citation', part: 0, title: 'A page' },
  { type: 'message-end', reason: 'stop', usage: { toolUsePrompt: 1 } },
];
const named = ['server-tool odd', 'provider-event odd', 'file text/plain', 'citation', 'usage toolUsePrompt'];

/** For each row of the document a body in which it is named. */
const inChat: Readonly<Record<string, object>> = {
  service_tier: { service_tier: 'flex' },
  logit_bias: { logit_bias: { 1: 2 } },
  prompt_cache_key: { prompt_cache_key: 'k' },
  verbosity: { verbosity: 'low' },
  web_search_options: { web_search_options: {} },
  n: { n: 2 },
  modalities: { modalities: ['audio'] },
  store: { store: true },
  prediction: { prediction: { type: 'content' } },
  reasoning_effort: { reasoning_effort: 'max' },
  user: { user: 'a', safety_identifier: 'b' },
  'messages[0].name': { messages: [{ role: 'user', name: 'Ada', content: 'x' }] },
  'messages[0].content[0].cache_control': { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', cache_control: {} }] }] },
  'messages[0].content[0].image_url.detail': {
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://i.example', detail: 'low' } }] }],
  },
  'messages[0].content[0]': { messages: [{ role: 'user', content: [{ type: 'video_url' }] }] },
  'messages[0].audio': { messages: [{ role: 'assistant', audio: { id: 'a' } }] },
  'tools[0]': { tools: [{ type: 'web_search' }] },
  'tools[0].custom.format': { tools: [{ type: 'custom', custom: { name: 'run', format: { type: 'text' } } }] },
  'tool_choice.allowed_tools.tools': { tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [] } } },
  'response_format.json_schema.description': {
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {}, description: 'd' } },
  },
};

const inResponses: Readonly<Record<string, object>> = {
  service_tier: { service_tier: 'flex' },
  prompt_cache_key: { prompt_cache_key: 'k' },
  context_management: { context_management: [] },
  store: { store: true },
  background: { background: true },
  truncation: { truncation: 'auto' },
  max_tool_calls: { max_tool_calls: 2 },
  include: { include: ['file_search_call.results'] },
  'text.verbosity': { text: { verbosity: 'low' } },
  'text.format.description': { text: { format: { type: 'json_schema', name: 'x', schema: {}, description: 'd' } } },
  'reasoning.effort': { reasoning: { effort: 'xhigh' } },
  'reasoning.summary': { reasoning: { summary: 'detailed' } },
  user: { user: 'a', safety_identifier: 'b' },
  'input[0]': { input: [{ type: 'web_search_call', id: 'ws', status: 'completed' }] },
  'input[0].content[0]': { input: [{ role: 'user', content: [{ type: 'input_video' }] }] },
  'input[0].content[0].detail': {
    input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://i.example', detail: 'low' }] }],
  },
  'input[0].content[0].annotations': {
    input: [{ role: 'assistant', content: [{ type: 'output_text', text: 'x', annotations: [{}], logprobs: [] }] }],
  },
  'tools[0]': { tools: [{ type: 'web_search' }] },
  'tools[0].defer_loading': { tools: [{ type: 'function', name: 'f', defer_loading: true }] },
  'tools[0].format': { tools: [{ type: 'custom', name: 'run', description: 'd', format: { type: 'text' } }] },
  tool_choice: { tool_choice: { type: 'web_search' } },
  'tool_choice.tools': { tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] } },
};

describe('docs/dialects.md', () => {
  it.each([
    ['Chat Completions', inChat, (body: object) => decodeChatRequest({ model: 'm', messages: [], ...body }, 'own').notices],
    ['Responses', inResponses, (body: object) => decodeResponsesRequest({ model: 'm', input: [], ...body }, 'own').notices],
  ] as const)('names what a client can say in %s and we cannot pass on, and each is named to the client', (title, bodies, noticesFor) => {
    expect(rowsOf(sectionOf(title), 'field')).toEqual(Object.keys(bodies));
    for (const [path, body] of Object.entries(bodies)) expect(noticesFor(body)).toEqual([path]);
  });

  it.each([
    ['Chat Completions', noticesOf(openAiChatEncoder({ created: 0 }), unsayable)],
    ['Responses', noticesOf(openAiResponsesEncoder({ created: 0 }), unsayable)],
  ])('names what our events say and %s cannot', (title, notices) => {
    expect(notices).toEqual(named);
    expect(rowsOf(sectionOf(title), 'event')).toEqual(['server-tool', 'provider-event', 'file', 'citation', 'usage toolUsePrompt']);
  });
});
