// Frameworks over the vendors' wires, each as an object of functions, for test/doors/sdk.mts.
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { LanguageModel } from 'ai';
import { generateText, jsonSchema, Output, streamText, tool } from 'ai';

// Standard output is for answers only.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const parameters = { type: 'object', properties: {}, additionalProperties: false } as const;

/** The Vercel AI SDK. `modelOf` makes a model of its provider for a vendor. */
export function aiSdk(modelOf: (model: string, api?: string) => LanguageModel): object {
  const request = (model: string, api?: string) => ({ model: modelOf(model, api), prompt: 'Hello', maxRetries: 0 });
  return {
    async generate(model: string, api?: string) {
      const { text, finishReason, usage } = await generateText(request(model, api));
      return { text, finishReason, usage };
    },
    async callTools(model: string, api?: string) {
      const tools = {
        get_weather: tool({ description: 'Weather', inputSchema: jsonSchema(parameters) }),
        get_time: tool({ description: 'Time', inputSchema: jsonSchema(parameters) }),
      };
      const { toolCalls, finishReason } = await generateText({ ...request(model, api), tools });
      return { toolCalls, finishReason };
    },
    async object(model: string, api?: string) {
      const { text } = await generateText({ ...request(model, api), output: Output.json() });
      return { text };
    },
    stream: (model: string, api?: string) => streamText({ ...request(model, api), onError: () => undefined }).fullStream,
  };
}

/** LangChain. */
export function langChain(modelOf: (model: string) => BaseChatModel): object {
  return {
    async generate(model: string) {
      const { content, usage_metadata } = await modelOf(model).invoke('Hello');
      return { content, usage: usage_metadata };
    },
    async callTools(model: string) {
      const bound = modelOf(model).bindTools?.([{ name: 'get_weather', description: 'Weather', schema: parameters }]);
      const answer = await bound?.invoke('Hello');
      return { toolCalls: answer?.tool_calls };
    },
    stream: async (model: string) => modelOf(model).stream('Hello'),
  };
}
