import { scanForLeaks } from './leak-scan.mjs';
import { removeServerFolder } from './remove-server-folder.mjs';

export default async function tearDown() {
  try {
    scanForLeaks();
  } finally {
    await removeServerFolder(process.env.MAESTRO_TEST_POSTGRES);
  }
}
