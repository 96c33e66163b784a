import { describeEveryCut } from './wire-suite.js';
import { chatWire, generateContentWire, messagesWire, responsesWire } from './wires.js';

const everyUpTo = 12 * 1024;

describeEveryCut('recorded Chat Completions', chatWire, everyUpTo);
describeEveryCut('recorded Responses', responsesWire, everyUpTo);
describeEveryCut('recorded Messages', messagesWire, everyUpTo);
describeEveryCut('recorded streams of generateContent', generateContentWire, everyUpTo);
