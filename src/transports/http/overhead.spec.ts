import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { overheadMeter } from './overhead.js';

describe("the gateway's own part of a request's time", () => {
  let now = 0;
  const after = (milliseconds: number, step: () => void): void => {
    now += milliseconds;
    step();
  };
  beforeEach(() => {
    now = 0;
  });

  it('leaves out the waiting for the body and for the provider, however often that was asked', () => {
    const meter = overheadMeter(() => now);

    after(1, meter.bodyAwaited);
    after(1_000, meter.bodyRead);
    after(2, meter.asked);
    after(1_000, meter.asked);
    after(1_000, meter.answered);
    now += 4;

    expect(meter.milliseconds).toBe(7);
  });

  it('counts from the last piece of an answer that is handed on whole', () => {
    const meter = overheadMeter(() => now);

    after(1, meter.asked);
    after(1_000, meter.answered);
    after(1_000, meter.answered);
    now += 2;

    expect(meter.milliseconds).toBe(3);
  });

  it('does not grow while a provider that failed was waited for', () => {
    const meter = overheadMeter(() => now);

    after(3, meter.asked);
    now += 1_000;

    expect(meter.milliseconds).toBe(3);
  });

  it('is not there where no provider was asked', () => {
    expect(overheadMeter(() => now).milliseconds).toBeUndefined();
  });

  it('is told once, as it was then', async () => {
    const meter = overheadMeter(() => now);
    const server = createServer((_request, raw) => {
      after(1.234, meter.asked);
      meter.answered();
      meter.tell(raw);
      now += 100;
      meter.tell(raw);
      raw.end();
      meter.tell(raw);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { headers } = await fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    server.close();
    server.closeAllConnections();

    expect(headers.get('x-maestro-overhead-ms')).toBe('1.23');
    expect(meter.milliseconds).toBe(1.234);
  });
});
