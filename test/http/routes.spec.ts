import { Controller, Get, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyInstance } from 'fastify';

import { Secret } from '../../src/contracts/secret.js';
import { Health } from '../../src/core/health/health.port.js';
import { MaestroModule } from '../../src/maestro.module.js';
import { gatewayAdapter, prepareGateway } from '../../src/transports/http/gateway.js';
import { MaestroHttpModule } from '../../src/transports/http/http.module.js';
import { openApiOf } from '../../src/transports/http/openapi.js';
import { CapturedLog } from '../support/captured-log.js';
import { InMemoryPersistenceModule } from '../support/in-memory-persistence.module.js';
import { wholeProvider } from '../support/whole-provider.js';

interface Route {
  readonly method: string;
  readonly url: string;
}

@Module({
  providers: [
    {
      provide: Health,
      useValue: {
        ready: async () => ({ isReady: false, checks: { disk: { status: 'down', reason: 'full' }, memory: { status: 'down' } } }),
      },
    },
  ],
  exports: [Health],
})
class UnhealthyModule {}

@Controller('api/forgotten')
class ForgottenController {
  @Get()
  open(): string {
    return 'anybody may read this';
  }
}

@Module({ controllers: [ForgottenController] })
class ForgottenModule {}

/** Everything that anybody may ask for. A route that is not here must want a key. */
const open = [/^\/health\/(live|ready)$/, /^\/docs(\/|$)/, /^\/openapi\.json$/, /^\/oauth\/callback$/];

async function anApplication(prepare: (app: NestFastifyApplication) => void, ...more: readonly (typeof ForgottenModule)[]) {
  const routes: Route[] = [];
  const adapter = gatewayAdapter();
  adapter.getInstance<FastifyInstance>().addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((each) => ({ method: each, url })));
  });
  const maestro = MaestroModule.forRoot({ persistence: InMemoryPersistenceModule.of(), providers: [wholeProvider()] });
  const metrics = { contentType: 'text/plain', text: async () => 'up 1\n' };
  const adminKey = { useFactory: () => Secret.of('k'.repeat(40)) };
  const http = MaestroHttpModule.forRoot({ maestro, health: UnhealthyModule, adminKey, metrics });
  const module = await Test.createTestingModule({ imports: [http, ...more] })
    .setLogger(new CapturedLog())
    .compile();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class and documents a literal.
  const app = module.createNestApplication<NestFastifyApplication>(adapter, { bodyParser: false });
  prepare(app);
  await app.init();
  await adapter.getInstance<FastifyInstance>().ready();
  return { app, routes };
}

/** The routes that answer a stranger with anything but "a key is needed". */
async function unguarded(app: NestFastifyApplication, routes: readonly Route[]): Promise<readonly string[]> {
  const answers = await Promise.all(
    routes
      .filter(({ url }) => !open.some((pattern) => pattern.test(url)))
      .map(async ({ method, url }) => {
        const path = url.replace(/:\w+/g, 'x').replace('*', 'x');
        // `inject` knows the methods that a browser does.
        const { statusCode } = await app.inject({ method: method as 'GET', url: path });
        return statusCode === 401 ? [] : [`${method} ${url}: ${String(statusCode)}`];
      }),
  );
  return answers.flat();
}

describe('every route', () => {
  it.each([
    ['in the gateway', prepareGateway],
    ['in an application of somebody else’s', () => undefined],
  ])('wants a key %s, but for those that are open on purpose', async (_where, prepare) => {
    const { app, routes } = await anApplication(prepare);

    expect(routes.length).toBeGreaterThan(20);
    expect(await unguarded(app, routes)).toEqual([]);
    await app.close();
  });

  it('is looked at: one that was forgotten is found', async () => {
    const { app, routes } = await anApplication(() => undefined, ForgottenModule);

    expect(await unguarded(app, routes)).toEqual(['GET /api/forgotten: 200', 'HEAD /api/forgotten: 200']);
    await app.close();
  });

  it('is described in the OpenAPI document', async () => {
    const { app, routes } = await anApplication(prepareGateway);
    const { paths } = openApiOf(app);

    const described = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
    const served = routes
      .filter(({ method, url }) => method !== 'HEAD' && /^\/(api|health|metrics)(\/|$)/.test(url))
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);

    expect(described.map((route) => route.replace('{model}', '*')).sort()).toEqual(served.sort());
    await app.close();
  });
});

describe('the open routes', () => {
  it('tell people and programs what there is', async () => {
    const { app } = await anApplication(prepareGateway);

    const page = await app.inject('/docs');
    const script = await app.inject('/docs/swagger-ui-init.js');
    const document = await app.inject('/openapi.json');

    expect([page.statusCode, script.statusCode, document.statusCode]).toEqual([200, 200, 200]);
    expect(document.json()).toMatchObject({ info: { title: 'Maestro' }, paths: { '/api/chat': expect.any(Object) } });
    await app.close();
  });

  it('tell a supervisor that the process lives, and why it cannot serve', async () => {
    const { app } = await anApplication(prepareGateway);

    const live = await app.inject('/health/live');
    const ready = await app.inject('/health/ready');

    expect([live.statusCode, live.json()]).toEqual([200, { status: 'ok' }]);
    expect(ready.statusCode).toBe(503);
    expect(ready.headers['retry-after']).toBe('1');
    expect(ready.json()).toMatchObject({ code: 'gateway.not-ready', detail: 'the gateway is not ready: disk: full; memory: down' });
    await app.close();
  });
});

describe('a failure that nobody foresaw', () => {
  it('is logged in full and shown as internal', async () => {
    @Controller('broken')
    class BrokenController {
      @Get()
      fail(): never {
        throw new TypeError('secret detail');
      }
    }
    @Module({ controllers: [BrokenController] })
    class BrokenModule {}
    const { app } = await anApplication(prepareGateway, BrokenModule);

    const answer = await app.inject('/broken');

    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'internal', requestId: answer.headers['x-request-id'] });
    expect(answer.body).not.toContain('secret detail');
    await app.close();
  });
});
