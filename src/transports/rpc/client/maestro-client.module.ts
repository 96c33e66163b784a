import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable, Module } from '@nestjs/common';

import type { MaestroClientOptions } from './maestro-client.js';
import { MaestroClient } from './maestro-client.js';

@Injectable()
class ClientShutdown implements OnApplicationShutdown {
  constructor(@Inject(MaestroClient) private readonly client: MaestroClient) {}

  onApplicationShutdown(): Promise<void> {
    return this.client.close();
  }
}

/** Gives an application a `MaestroClient` to inject, and closes it with the application. */
@Module({})
export class MaestroClientModule {
  static register(options: MaestroClientOptions): DynamicModule {
    return {
      module: MaestroClientModule,
      providers: [{ provide: MaestroClient, useFactory: () => new MaestroClient(options) }, ClientShutdown],
      exports: [MaestroClient],
    };
  }
}
