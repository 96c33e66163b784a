import type { JsonObject } from '../../../contracts/chat.js';
import type { RunningSimulator, SimulatedRequest, SimulatorOptions } from '../../../contracts/simulator.js';
import type { JsonRecord } from '../../../kit/json-fields.js';
import { recordIn } from '../../../kit/json-fields.js';
import { isRecord, jsonFrom } from '../../../kit/read-body.js';
import type { SimulatedAnswer } from '../../../kit/simulator-server.js';
import { startSimulatorServer } from '../../../kit/simulator-server.js';
import { modelsPathOf } from '../compatible.models.js';
import { playedModels } from '../played-models.js';
import type { CompatibleVendor, Speech } from '../vendor.js';
import { chatAnswer, chatEvents } from './simulated-chat.js';
import { badKey, failure } from './simulated-failures.js';
import { embeddings } from './simulated-embeddings.js';
import { asked, chat } from './simulated-wire.js';

/**
 * Plays a vendor of this wire on loopback as its differences tell: its words for thoughts and usage, and its refusal of fields
 * that it does not know.
 */
export async function startVendor(vendor: CompatibleVendor, options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const running = await startSimulatorServer((request) => answerTo(request, vendor, options.apiKey), options);
  return { ...running, baseUrl: `${running.baseUrl}${pathOf(vendor)}` };
}

/** The path of the vendor's own address, with its blanks filled in. */
function pathOf({ baseUrl }: CompatibleVendor): string {
  return new URL(baseUrl.replace(/\{\w+\}/g, 'simulated')).pathname.replace(/\/+$/, '');
}

function answerTo(request: SimulatedRequest, vendor: CompatibleVendor, expectedKey: string | undefined): SimulatedAnswer {
  const { differences = {} } = vendor;
  const { speech = {} } = differences;
  const isKey = expectedKey === undefined || request.headers['authorization'] === `Bearer ${expectedKey}`;
  if (!isKey) return badKey();
  const { pathname } = new URL(request.path, 'http://simulator');
  const below = (path: string): string => new URL(`${pathOf(vendor)}${path}`, 'http://simulator').pathname;
  const route = `${request.method} ${pathname}`;
  if (route === `POST ${below('/chat/completions')}`) return chatAsked(request.body, vendor);
  if (route === `GET ${below(modelsPathOf(vendor))}`) return modelList(vendor, speech);
  if (route === `GET ${below(differences.keyProof ?? '/models')}`) return { status: 200, body: '{"data":{}}' };
  if (route === `POST ${below('/embeddings')}`) return embeddings(request.body);
  return failure(404, `Invalid URL (${request.method} ${pathname})`, { code: 'not_found' });
}

function chatAsked(text: string, { differences = {} }: CompatibleVendor): SimulatedAnswer {
  const { speech = {}, refusedFields = {}, countsUnasked = false } = differences;
  const body = jsonFrom(text);
  const said = isRecord(body) ? body : {};
  const unknown = Object.keys(refusedFields).find((name) => name in said);
  if (unknown !== undefined) return failure(422, `Extra inputs are not permitted: ${unknown}`, { code: 'extra_forbidden' });
  const spoken: Speech = countsUnasked || asksForUsage(said) ? speech : { ...speech, usage: 'unasked' };
  return asked(text, { ...chat, events: (turn) => chatEvents(turn, spoken), answer: (turn) => chatAnswer(turn, speech) });
}

function asksForUsage(said: JsonRecord): boolean {
  return recordIn(said, 'stream_options')['include_usage'] === true;
}

function modelList({ id, differences = {}, localServer }: CompatibleVendor, { modelList: form }: Speech): SimulatedAnswer {
  const { idField = 'id' } = differences.models ?? {};
  const rows: readonly JsonObject[] = playedModels.map((name, at) => ({
    ...(idField === 'name' && { id: `internal-${String(at)}` }),
    [idField]: name,
    object: 'model',
    created: 1_750_000_000 + at,
    owned_by: localServer?.ownedBy ?? id,
    context_length: 131_072,
  }));
  const body = form === 'bare' ? rows : { [form ?? 'data']: rows };
  return { status: 200, body: JSON.stringify(body) };
}
