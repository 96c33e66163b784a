// The package's `testing` entry: what a provider's own tests are built with.
export { defineSimulator } from '../contracts/simulator.js';
export type { SimulatedAnswer } from '../kit/simulator-server.js';
export { startSimulatorServer } from '../kit/simulator-server.js';
export { checkProvider } from './check-provider.js';
export { conformanceOf, writeConformance } from './conformance/conformance-report.js';
export type { DescribeOptions, TestRunner } from './conformance/describe-provider.js';
export { describeProvider } from './conformance/describe-provider.js';
export type { Addresses, ListedModels, ProviderFixtures, Scenario } from './conformance/fixtures.js';
export type { IssuerCall, IssuerOptions } from './issuer/issuer.js';
export type { IssuerFault, IssuerFaultKind } from './issuer/issuer-fault.js';
export type { IssuerRotation, TokenFamily } from './issuer/token-families.js';
export type { RunningIssuer } from './issuer-simulator.js';
export { startIssuer } from './issuer-simulator.js';
export { loadSimulators } from './load-simulators.js';
