import { describeSecondOpener } from '../support/describe-second-opener.js';

describeSecondOpener(50);
