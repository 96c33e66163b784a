import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { Transport } from '@nestjs/microservices';
import { MaestroClientModule } from 'maestro-llm';

import { AssistantController } from './assistant.controller.js';
import { settingOf } from './settings.js';

// The gateway takes messages where MAESTRO_RPC_URLS says, over a broker or directly: tcp://host:port.
const gateway = MaestroClientModule.register({ url: settingOf('MAESTRO_URL'), key: settingOf('MAESTRO_KEY') });

@Module({ imports: [gateway], controllers: [AssistantController] })
class AppModule {}

const application = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
  transport: Transport.NATS,
  // Consumers of one queue share the questions.
  options: { servers: [settingOf('NATS_URL')], queue: 'assistant' },
  logger: ['error', 'warn'],
});
application.enableShutdownHooks();
await application.listen();
process.stdout.write('listening for assistant.ask\n');
