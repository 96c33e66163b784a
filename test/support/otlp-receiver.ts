import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { keepOutput } from './canary.js';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 2: of a server, 3: of a client. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly attributes: readonly Readonly<Record<string, unknown>>[];
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: () => readonly ReceivedSpan[];
  readonly metrics: () => readonly ReceivedMetric[];
  /** Everything that came, as it came, headers too. */
  readonly text: () => string;
  close(): void;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface Point {
  readonly attributes: readonly KeyValue[];
}
interface Traces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly (Omit<ReceivedSpan, 'attributes'> & Point)[] }[];
  }[];
}
interface Metrics {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly histogram?: { readonly dataPoints: readonly Point[] };
      }[];
    }[];
  }[];
}

/** A collector that keeps what it is sent (OTLP over HTTP, JSON). */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const bodies: { readonly url: string; readonly head: string; readonly body: string }[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { url = '', headers } = request;
      bodies.push({ url, head: JSON.stringify(headers), body: Buffer.concat(pieces).toString() });
      keepOutput('traces', bodies.at(-1)?.body ?? '');
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sent = (path: string): readonly unknown[] => bodies.filter(({ url }) => url === path).map(({ body }): unknown => JSON.parse(body));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    spans: () =>
      (sent('/v1/traces') as readonly Traces[])
        .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
        .map((span) => ({ ...span, attributes: attributesFrom(span.attributes) })),
    metrics: () =>
      (sent('/v1/metrics') as readonly Metrics[])
        .flatMap(({ resourceMetrics }) => resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)))
        .map(({ name, unit, histogram }) => ({
          name,
          unit,
          attributes: (histogram?.dataPoints ?? []).map((point) => attributesFrom(point.attributes)),
        })),
    text: () => bodies.map(({ head, body }) => head + body).join('\n'),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function attributesFrom(list: readonly KeyValue[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}
