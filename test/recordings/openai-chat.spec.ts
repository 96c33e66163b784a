import { describeWire } from './wire-suite.js';
import { chatWire } from './wires.js';

describeWire('recorded Chat Completions', chatWire);
