// Ways to stream a chat from within a program: each opens one for a key, reads it to its end, and tells how many texts came.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { streamText } from 'ai';
import OpenAI from 'openai';
import { Pool } from 'undici';

import { AuthorisedClients } from '../../dist/core/sessions/authorised-client.js';
import { ProviderRegistry } from '../../dist/core/registry/provider-registry.js';
import { localCaller } from '../../dist/index.js';
import { startLibrary } from './library.mjs';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const model = 'bench-model';
const messages = [{ role: 'user', content: 'What is a gateway, and when would somebody put one between a program and its providers?' }];
const options = { model, maxTokens: 1_000, providerOptions: { openai: { api: 'chat-completions' } } };

const wires = {
  openai: {
    path: '/v1/chat/completions',
    text: (event) => event.choices[0]?.delta.content,
    header: (key) => ({ authorization: `Bearer ${key}` }),
  },
  anthropic: { path: '/v1/messages', text: (event) => event.delta?.text, header: (key) => ({ 'x-api-key': key }) },
  gemini: {
    path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    text: (event) => event.candidates[0].content.parts[0].text,
    header: (key) => ({ 'x-goog-api-key': key }),
  },
};

/** The least: bytes to text, events by blank lines, each one's JSON read. */
const floor =
  (wire) =>
  async ({ upstream, key }) => {
    const pool = new Pool(upstream, { connections: 1 });
    const { path, text, header } = wires[wire];
    const body = JSON.stringify({ model, messages, stream: true });
    return {
      stream: () =>
        new Promise((resolve, reject) => {
          const decoder = new TextDecoder();
          let rest = '';
          let count = 0;
          pool.dispatch(
            { path, method: 'POST', headers: { 'content-type': 'application/json', ...header(key) }, body },
            {
              onRequestStart() {},
              onResponseStart() {},
              onResponseData(_controller, piece) {
                const frames = (rest + decoder.decode(piece, { stream: true })).split(/\r?\n\r?\n/);
                rest = frames.pop();
                for (const frame of frames) {
                  const json = frame.slice(frame.indexOf('data: ') + 6);
                  if (json !== '[DONE]' && (text(JSON.parse(json)) ?? '') !== '') count += 1;
                }
              },
              onResponseEnd: () => resolve(count),
              onResponseError: (_controller, error) => reject(error),
            },
          );
        }),
      stop: () => pool.close(),
    };
  };

/** With everything: the session's look-up, its credential, the decoder, usage. */
const facade =
  (provider) =>
  async ({ upstream, key }) => {
    const { maestro, stop } = await startLibrary({ upstream, key });
    return {
      stream: async () => counted(await maestro.streamChat(provider, 'work', messages, options), (event) => event.type === 'text-delta'),
      stop,
    };
  };

/** A provider's adapter alone. */
const adapter =
  (provider) =>
  async ({ upstream, key }) => {
    const { app, stop } = await startLibrary({ upstream, key });
    const streaming = app.get(ProviderRegistry, { strict: false }).resolve(provider, 'streaming');
    const clients = app.get(AuthorisedClients, { strict: false });
    const { client } = await clients.open(localCaller, 'chat', { provider, session: 'work' });
    const { signal } = new AbortController();
    const stream = async () =>
      counted(await streaming.streamChat(client, messages, { ...options, signal }), (event) => event.type === 'text-delta');
    return { stream, stop };
  };

const library = (open) => async (where) => ({ stream: open(where), stop: async () => {} });

async function counted(stream, isText) {
  let count = 0;
  for await (const event of stream) if (isText(event)) count += 1;
  return count;
}

const openAiSdk = library(({ upstream, key }) => {
  const client = new OpenAI({ baseURL: `${upstream}/v1`, apiKey: key, maxRetries: 0 });
  return async () =>
    counted(await client.chat.completions.create({ model, messages, stream: true }), ({ choices }) => Boolean(choices[0]?.delta.content));
});
const anthropicSdk = library(({ upstream, key }) => {
  const client = new Anthropic({ baseURL: upstream, apiKey: key, maxRetries: 0 });
  const isText = ({ type, delta }) => type === 'content_block_delta' && delta.type === 'text_delta';
  return async () => counted(await client.messages.create({ model, messages, max_tokens: 1_000, stream: true }), isText);
});
const genai = library(({ upstream, key }) => {
  const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: upstream } });
  return async () =>
    counted(await client.models.generateContentStream({ model, contents: messages[0].content }), (chunk) => Boolean(chunk.text));
});
const aiSdk = (modelAt) =>
  library((where) => {
    const chosen = modelAt(where);
    return async () => counted(streamText({ model: chosen, prompt: messages[0].content, maxRetries: 0 }).textStream, Boolean);
  });
const langChain = (modelAt) =>
  library((where) => {
    const chosen = modelAt(where);
    return async () => counted(await chosen.stream(messages[0].content), ({ content }) => content !== '');
  });

/** By wire: what is measured, the floor first. */
export const subjects = {
  openai: {
    floor: floor('openai'),
    'Maestro, adapter': adapter('openai'),
    'Maestro, facade': facade('openai'),
    'OpenAI SDK': openAiSdk,
    'AI SDK streamText': aiSdk(({ upstream, key }) => createOpenAI({ baseURL: `${upstream}/v1`, apiKey: key }).chat(model)),
    LangChain: langChain(
      ({ upstream, key }) => new ChatOpenAI({ model, apiKey: key, maxRetries: 0, configuration: { baseURL: `${upstream}/v1` } }),
    ),
  },
  anthropic: {
    floor: floor('anthropic'),
    'Maestro, adapter': adapter('anthropic'),
    'Maestro, facade': facade('anthropic'),
    'Anthropic SDK': anthropicSdk,
    'AI SDK streamText': aiSdk(({ upstream, key }) => createAnthropic({ baseURL: `${upstream}/v1`, apiKey: key })(model)),
    LangChain: langChain(({ upstream, key }) => new ChatAnthropic({ model, apiKey: key, maxRetries: 0, anthropicApiUrl: upstream })),
  },
  gemini: { floor: floor('gemini'), 'Maestro, adapter': adapter('gemini'), 'Maestro, facade': facade('gemini'), '@google/genai': genai },
};
