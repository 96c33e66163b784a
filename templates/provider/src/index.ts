// What a Maestro loads: MAESTRO_PROVIDER_PACKAGES names this package, and its default export is the provider.
export { sampleProvider as default } from './sample.module.js';
