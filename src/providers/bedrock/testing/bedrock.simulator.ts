import type { SimulatedRequest } from '../../../contracts/simulator.js';
import { defineSimulator } from '../../../contracts/simulator.js';
import { demoPrompt } from '../../../families/openai-chat/testing/simulated-script.js';
import { listIn, textIn } from '../../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import { badKey, chatAnswer, failure } from './simulated-chat.js';

/** Speaks Converse in binary frames on loopback; signatures are taken from whoever has the access key id. */
export const bedrockSimulator = defineSimulator({
  provider: 'bedrock',
  apiKey: 'bedrock-api-key-simulated',
  demo: { session: 'work_bedrock', model: 'sim.large-v1:0', prompt: demoPrompt },
  start: (options = {}) => startSimulatorServer((request) => answerTo(request, options.apiKey), options),
});

const knownKey = /^AWS4-HMAC-SHA256 Credential=AKIASIMULATED000000\/\d{8}\/[\w-]+\/bedrock\/aws4_request, /;

function answerTo(request: SimulatedRequest, apiKey: string | undefined): SimulatedAnswer {
  const proof = String(request.headers['authorization']);
  if (apiKey !== undefined && proof !== `Bearer ${apiKey}` && !knownKey.test(proof)) return badKey();
  const { pathname } = new URL(request.path, 'http://simulator');
  const chatted = /^POST \/model\/([^/]+)\/converse-stream$/.exec(`${request.method} ${pathname}`)?.[1];
  if (chatted !== undefined) return chatAnswer(decodeURIComponent(chatted), promptIn(request.body));
  if (pathname === '/foundation-models') return json({ modelSummaries: models });
  const id = decodeURIComponent(/^\/foundation-models\/([^/]+)$/.exec(pathname)?.[1] ?? '');
  const model = models.find(({ modelId }) => modelId === id);
  return model === undefined
    ? failure(404, 'ResourceNotFoundException', 'Could not resolve the foundation model.')
    : json({ modelDetails: model });
}

function promptIn(text: string): string {
  const body = jsonFrom(text);
  const last = isRecord(body) ? listIn(body, 'messages').filter(isRecord).at(-1) : undefined;
  const blocks = last === undefined ? [] : listIn(last, 'content').filter(isRecord);
  return blocks.map((block) => textIn(block, 'text') ?? '').join('');
}

const models = [
  {
    modelId: 'sim.large-v1:0',
    modelName: 'Sim Large',
    providerName: 'Sim',
    inputModalities: ['TEXT', 'IMAGE'],
    outputModalities: ['TEXT'],
  },
  { modelId: 'sim.small-v1:0', modelName: 'Sim Small', providerName: 'Sim', inputModalities: ['TEXT'], outputModalities: ['TEXT'] },
  { modelId: 'sim.silent-v1:0' },
];

function json(body: object): SimulatedAnswer {
  return { status: 200, body: JSON.stringify(body) };
}
