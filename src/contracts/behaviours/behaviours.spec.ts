import { behaviourKinds } from './behaviour.js';
import { descriptorOf } from './behaviours.js';

describe('the behaviours', () => {
  it('are five, each with a descriptor of its own kind', () => {
    expect(behaviourKinds).toEqual(['oauth', 'api-key', 'streaming', 'models', 'context']);
    expect(behaviourKinds.map((kind) => descriptorOf[kind].kind)).toEqual(behaviourKinds);
  });

  it('tell at run time which methods there are and how many parameters each takes', () => {
    expect(Object.fromEntries(behaviourKinds.map((kind) => [kind, descriptorOf[kind].methods]))).toEqual({
      oauth: { generateAuthUrl: 2, exchangeCode: 4, refreshToken: 3, extractApiCredentials: 3, revokeTokens: 2, createClient: 2 },
      'api-key': { validateApiKey: 1, createClient: 2, testConnection: 2 },
      streaming: { streamChat: 3, parseStreamEvent: 2, forward: 2 },
      models: { listModels: 2, getModelInfo: 3 },
      context: { createContext: 2, listContextChunks: 3, deleteContextChunk: 4 },
    });
  });
});
