import { Injectable, Module } from '@nestjs/common';

/** The application's configuration. Maestro's library reads no environment: it is told. */
@Injectable()
export class Settings {
  get(name: string): string | undefined {
    return process.env[name];
  }

  getOrThrow(name: string): string {
    const value = this.get(name);
    if (value === undefined || value === '') throw new Error(`set ${name}`);
    return value;
  }
}

@Module({ providers: [Settings], exports: [Settings] })
export class SettingsModule {}
