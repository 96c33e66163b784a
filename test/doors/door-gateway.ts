import type { SdkProcess } from '../support/sdk-process.js';
import { startSdk } from '../support/sdk-process.js';
import type { TestGateway } from '../support/start-gateway.js';
import { startTestGateway } from '../support/start-gateway.js';

export const providers = ['openai', 'anthropic', 'gemini'];

/** What the simulators say to whoever asks for nothing in particular. */
export const plainText = 'Grüße aus Zürich! 👋 This answer was made by a simulator, word by word.';

export interface DoorGateway {
  readonly gateway: TestGateway;
  readonly sdk: SdkProcess;
  close(): Promise<void>;
}

/** A gateway with one session `work_<provider>` for each provider, and a vendor's own client whose base URL it is. */
export async function startDoorGateway(
  kind: string,
  path: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<DoorGateway> {
  const gateway = await startTestGateway(environment);
  for (const [provider, { apiKey }] of gateway.simulators) {
    const body = { provider, authType: 'api_key', name: `work_${provider}`, credentials: { apiKey } };
    const { status, text } = await gateway.call('POST', '/api/sessions', { body });
    if (status !== 201) throw new Error(text);
  }
  const sdk = startSdk(kind, `${gateway.gateway.url}${path}`, gateway.adminKey);
  return {
    gateway,
    sdk,
    async close() {
      await sdk.close();
      await gateway.close();
    },
  };
}
