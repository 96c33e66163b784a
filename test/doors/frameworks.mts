// Frameworks over the vendors' wires, each as an object of functions, for test/doors/sdk.mts.
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatAnthropic } from '@langchain/anthropic';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { ChatOpenAI } from '@langchain/openai';
import type { LanguageModel } from 'ai';
import { generateText, jsonSchema, Output, streamText, tool } from 'ai';

// Its warnings would go to standard output, which holds our answers.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const parameters = { type: 'object', properties: {}, additionalProperties: false } as const;

/** By name; `gateway` is its address without a path. */
export function frameworks(gateway: string, apiKey: string): Readonly<Record<string, object>> {
  const v1 = { baseURL: `${gateway}/v1`, apiKey };
  const openai = createOpenAI(v1);
  return {
    'ai-openai-chat': aiSdk((model) => openai.chat(model)),
    'ai-openai-responses': aiSdk((model) => openai.responses(model)),
    'ai-anthropic': aiSdk(createAnthropic(v1)),
    'ai-google': aiSdk(createGoogleGenerativeAI({ baseURL: `${gateway}/v1beta`, apiKey })),
    'langchain-openai': langChain(
      (model) => new ChatOpenAI({ model, apiKey, maxRetries: 0, configuration: { baseURL: `${gateway}/openai/v1` } }),
    ),
    'langchain-anthropic': langChain((model) => new ChatAnthropic({ model, apiKey, maxRetries: 0, anthropicApiUrl: gateway })),
  };
}

/** The Vercel AI SDK. `modelOf` makes a model of its provider for a vendor. */
function aiSdk(modelOf: (model: string) => LanguageModel): object {
  const request = (model: string) => ({ model: modelOf(model), prompt: 'Hello', maxRetries: 0 });
  return {
    async generate(model: string) {
      const { text, finishReason, usage } = await generateText(request(model));
      return { text, finishReason, usage };
    },
    async callTools(model: string) {
      const tools = {
        get_weather: tool({ description: 'Weather', inputSchema: jsonSchema(parameters) }),
        get_time: tool({ description: 'Time', inputSchema: jsonSchema(parameters) }),
      };
      const { toolCalls, finishReason } = await generateText({ ...request(model), tools });
      return { toolCalls, finishReason };
    },
    async object(model: string) {
      const { text } = await generateText({ ...request(model), output: Output.json() });
      return { text };
    },
    stream: (model: string) => streamText({ ...request(model), onError: () => undefined }).fullStream,
  };
}

/** LangChain. */
function langChain(modelOf: (model: string) => BaseChatModel): object {
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
